import Domain
import Foundation
import Logging

/// The ends of attempts: watching, storing with the owed deliveries, and answering waiters.
extension TaskLoop {
    /// Waits for the end of an attempt in a task beside the loop.
    mutating func watch(_ submission: any Submission, of task: AgentTask) {
        watchers[task.id] = Task { [continuation] in
            do {
                let execution = try await submission.finished()
                continuation.yield(.ended(task: task.id, .finished(execution)))
            } catch {
                continuation.yield(.left(task: task.id))
            }
        }
    }

    /// Takes up, once, the tasks that an earlier process left running.
    mutating func takeUp() async throws {
        guard !hasTakenUp, !state.isClosed else { return }
        for task in try await parts.store.runningTasks() where state.underWay[task.id] == nil {
            takeUp(task)
        }
        hasTakenUp = true
    }

    mutating func takeUp(_ task: AgentTask) {
        guard case .running(let attempt) = task.state else { return }
        state.begin(task)
        watchers[task.id] = Task { [continuation, parts] in
            continuation.yield(await parts.end(of: attempt, of: task))
        }
    }

    /// Stops watching a task because the service is about to stop.
    ///
    /// On disk the task is running; the next start finds its attempt's outcome.
    mutating func leave(_ id: String) {
        state.remove(id)
        watchers[id] = nil
        answerCancellers(of: id, .failure(SubmissionRefusal.draining))
    }

    /// Stores the next state of a task whose attempt has ended.
    ///
    /// Where the stored task differs, it was deleted with its project.
    mutating func settle(_ id: String) async throws {
        guard let attempt = state.underWay[id], let end = attempt.end else { return }
        let task = next(after: end, of: attempt)
        let isKept = try await store(task, insteadOf: attempt.task)
        state.remove(id)
        watchers[id] = nil
        parts.logger.info(
            "task attempted",
            metadata: ["task": "\(id)", "status": "\(task.status.rawValue)"]
        )
        guard isKept else { return answerCancellers(of: id, .success(nil)) }
        let isCancelled = task.status == .cancelled
        answerCancellers(of: id, isCancelled ? .success(task) : .failure(TaskEnded(task: task)))
    }

    private func next(
        after end: DispatchState.AttemptEnd,
        of attempt: DispatchState.UnderWay
    ) -> AgentTask {
        let now = parts.clock.now()
        switch end {
        case .finished(let execution):
            return attempt.task.after(
                execution.status,
                isToBeCancelled: attempt.isToBeCancelled,
                at: now,
                random: parts.random()
            )
        case .lost: return attempt.task.ended(.deadLetter, at: now)
        }
    }

    /// Returns the callback that the agent asked for, due at once, if the task has ended for good.
    private func deliveries(owedBy task: AgentTask) async throws -> [Delivery] {
        guard let url = task.order.callbackURL, case .ended = task.state else { return [] }
        let report = try await parts.store.report(on: task)
        let now = parts.clock.now()
        return [
            Delivery(
                id: Identifier.make(prefix: "msg_", at: now),
                organization: task.organization,
                subject: .task(task.id),
                url: url,
                body: parts.callbackBody(report),
                createdAt: now,
                state: .pending(nextAttemptAt: now)
            )
        ]
    }

    /// Stores a change with the deliveries that it owes.
    /// - Returns: whether the stored task was equal to `known`.
    func store(_ task: AgentTask, insteadOf known: AgentTask) async throws -> Bool {
        let deliveries = try await deliveries(owedBy: task)
        let isKept = try await parts.store.change(known, to: task, deliveries: deliveries)
        if isKept, !deliveries.isEmpty { parts.deliveriesSaved() }
        return isKept
    }
}

// MARK: - Cancelling

extension TaskLoop {
    /// Cancels a waiting task, or the running attempt of a task.
    mutating func cancel(_ request: CancelRequest) async {
        do {
            let organization = request.organization
            while let task = try await parts.store.task(id: request.id, organization: organization)
            {
                switch task.state {
                case .ended: throw TaskEnded(task: task)
                case .running(let attempt): return try cancel(attempt, of: task, for: request)
                case .scheduled, .queued:
                    let ended = task.ended(.cancelled, at: parts.clock.now())
                    if try await store(ended, insteadOf: task) {
                        return request.waiter.resume(returning: ended)
                    }
                }
            }
            request.waiter.resume(returning: nil)
        } catch {
            request.waiter.resume(throwing: error)
        }
    }

    /// Cancels the running attempt, whose end will be the answer.
    private mutating func cancel(
        _ attempt: AgentTask.Attempt,
        of task: AgentTask,
        for request: CancelRequest
    ) throws {
        if state.underWay[task.id] == nil {
            guard !state.isClosed else { throw SubmissionRefusal.draining }
            takeUp(task)
        }
        cancellers[task.id, default: []].append(request.waiter)
        state.markCancelled(task.id)
        Task { [executions = parts.executions] in
            // If the cancellation fails, the attempt has ended, and the loop gets its end anyway.
            _ = try? await executions.cancel(
                id: attempt.execution,
                organization: task.organization
            )
        }
    }

    mutating func answerCancellers(of id: String, _ answer: Result<AgentTask?, any Error>) {
        for waiter in cancellers.removeValue(forKey: id) ?? [] { waiter.resume(with: answer) }
    }
}

extension TaskLoop.Parts {
    /// Waits for the end of an attempt that an earlier process started.
    ///
    /// The queue has taken up the execution again, or the execution has ended: it was stored
    /// together with the task.
    func end(of attempt: AgentTask.Attempt, of task: AgentTask) async -> TaskEvent {
        let (id, organization) = (attempt.execution, task.organization)
        while !Task.isCancelled {
            await waitInQueue(for: id, of: organization)
            do {
                let stored = try await store.execution(id: id, organization: organization)
                // Earlier releases stored a task's start first, and its execution afterwards.
                guard let stored else { return .ended(task: task.id, .lost) }
                guard stored.isFinished else { break }
                return .ended(task: task.id, .finished(stored))
            } catch is UnreadableRecord {
                return .ended(task: task.id, .lost)
            } catch {
                try? await pause(.seconds(TaskLoop.storePauseSeconds))
            }
        }
        return .left(task: task.id)
    }

    /// Returns when the execution neither waits nor runs.
    private func waitInQueue(for id: String, of organization: String) async {
        let events = await executions.events(of: id, organization: organization, from: 1)
        guard let events else { return }
        do {
            for try await _ in events {}
        } catch {
            // The execution is left to the next start.
        }
    }
}
