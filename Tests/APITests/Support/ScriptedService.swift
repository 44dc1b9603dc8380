import Domain
import Foundation
import JSON
import Synchronization

/// A fake scheduler that answers submissions from a script and records them.
final class ScriptedService: ExecutionService {
    /// The outcome of a submission.
    enum Script: Sendable {
        case finish(ExecutionResult)
        case fault
        case refuse(SubmissionRefusal)
        case fail
        /// Accepts the execution, and ends the wait with this error.
        case end(by: any Error)
        /// Never ends; only the cancellation of the waiting task ends the wait.
        case hang
    }

    struct Submitted: Sendable {
        let request: ExecutionRequest
        let caller: Caller
        let id: String
        let durability: Durability
    }

    struct Broken: Error {}

    private struct State {
        var script: Script
        var submitted: [Submitted] = []
        var current: [String: Execution] = [:]
        var waits: [Duration] = []
        var cancelled: [String] = []
        var cancelledProjects: [String] = []
    }

    private let state: Mutex<State>
    private let store: any ExecutionStore
    let report: RateReport
    /// The ids of submissions whose wait has begun; `hungUp` yields the ids of cancelled waits.
    let waiting: AsyncStream<String>
    let hungUp: AsyncStream<String>
    private let waitingContinuation: AsyncStream<String>.Continuation
    private let hungUpContinuation: AsyncStream<String>.Continuation

    init(_ script: Script, store: any ExecutionStore, report: RateReport) {
        state = Mutex(State(script: script))
        self.store = store
        self.report = report
        (waiting, waitingContinuation) = AsyncStream.makeStream(of: String.self)
        (hungUp, hungUpContinuation) = AsyncStream.makeStream(of: String.self)
    }

    var submitted: [Submitted] { state.withLock { $0.submitted } }
    var waits: [Duration] { state.withLock { $0.waits } }
    var cancelled: [String] { state.withLock { $0.cancelled } }
    var cancelledProjects: [String] { state.withLock { $0.cancelledProjects } }

    func set(_ script: Script) { state.withLock { $0.script = script } }
    func setCurrent(_ execution: Execution) {
        state.withLock { $0.current[execution.id] = execution }
    }

    func submit(
        _ request: ExecutionRequest,
        from caller: Caller,
        id: String,
        durability: Durability,
        memory: MemoryLease?
    ) async throws -> any Submission {
        let script = state.withLock { state in
            state.submitted.append(
                .init(request: request, caller: caller, id: id, durability: durability)
            )
            return state.script
        }
        if case .refuse(let refusal) = script { throw refusal }
        if case .fail = script { throw Broken() }
        let execution = Execution(
            id: id,
            owner: caller.owner,
            request: request,
            createdAt: Sample.now,
            state: .queued
        )
        if durability == .accepted { try await store.save(execution, deliveries: []) }
        return ScriptedSubmission(
            execution: execution,
            rates: report,
            script: script,
            durability: durability,
            store: store,
            waiting: waitingContinuation,
            hungUp: hungUpContinuation
        )
    }

    func begin(
        _ attempt: TaskStart,
        from caller: Caller,
        id: String
    ) async throws -> any Submission {
        var request = attempt.running.order.request
        request.task = attempt.running.id
        let submission = try await submit(request, from: caller, id: id, durability: .result)
        try await store.begin(attempt, as: submission.execution, by: nil)
        return submission
    }

    func standing(of caller: Caller) -> RateReport { report }

    func cancel(id: String, organization: String) async throws -> Execution? {
        guard var execution = try await store.execution(id: id, organization: organization) else {
            return nil
        }
        if execution.isFinished { throw CancellationRefusal(execution: execution) }
        execution.state = .cancelled(startedAt: nil, finishedAt: Sample.now)
        state.withLock { $0.cancelled.append(id) }
        return execution
    }

    func cancelAll(project: String) {
        state.withLock { $0.cancelledProjects.append(project) }
    }

    func current(id: String, organization: String) -> Execution? {
        state.withLock { $0.current[id] }
    }

    func events(
        of id: String,
        organization: String,
        from number: Int
    ) async -> (any AsyncSequence<ExecutionEvent, any Error> & Sendable)? { nil }

    /// Ends the execution at once if the script says so.
    func wait(id: String, organization: String, upTo duration: Duration) async {
        let script = state.withLock { state in
            state.waits.append(duration)
            return state.script
        }
        guard case .finish(let result) = script,
            var execution = try? await store.execution(id: id, organization: organization)
        else { return }
        execution.state = .finished(result, startedAt: Sample.now, finishedAt: Sample.now)
        try? await store.save(execution, deliveries: [])
        state.withLock { $0.current[id] = nil }
    }
}

struct ScriptedSubmission: Submission {
    let execution: Execution
    let rates: RateReport
    let script: ScriptedService.Script
    let durability: Durability
    let store: any ExecutionStore
    let waiting: AsyncStream<String>.Continuation
    let hungUp: AsyncStream<String>.Continuation

    func finished() async throws -> Execution {
        var execution = execution
        switch script {
        case .finish(let result):
            execution.state = .finished(
                result,
                startedAt: Sample.now,
                finishedAt: Sample.now.addingTimeInterval(0.25)
            )
        case .fault:
            execution.state = .faulted(startedAt: nil, finishedAt: Sample.now)
        case .hang:
            waiting.yield(execution.id)
            let (never, continuation) = AsyncStream.makeStream(of: Void.self)
            for await _ in never {}
            continuation.finish()
            hungUp.yield(execution.id)
            throw CancellationError()
        case .end(let error): throw error
        case .refuse, .fail:
            throw ScriptedService.Broken()
        }
        if durability != .nothing { try await store.save(execution, deliveries: []) }
        return execution
    }
}
