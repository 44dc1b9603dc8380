import Domain
import Foundation
import Logging

/// The stored data of executions: their rows, the deliveries that they owe, the day's charges.
struct ExecutionRecords: Sendable {
    private let store: any ExecutionStore & QuotaStore & ClaimStore
    /// The worker that holds every execution that this queue accepts.
    private let worker: String
    private let clock: WallClock
    private let logger: Logger
    private let callbackBody: @Sendable (Execution) throws -> Data
    private let deliveriesSaved: @Sendable () -> Void
    private let pause: @Sendable (Duration) async throws -> Void

    /// The pauses between attempts to store an accepted execution while the store is unavailable.
    private static let saveDelays = Backoff(firstMilliseconds: 100, mostMilliseconds: 6_400)

    init(
        store: any ExecutionStore & QuotaStore & ClaimStore,
        worker: String,
        clock: WallClock,
        logger: Logger,
        callbackBody: @escaping @Sendable (Execution) throws -> Data,
        deliveriesSaved: @escaping @Sendable () -> Void,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.store = store
        self.worker = worker
        self.clock = clock
        self.logger = logger
        self.callbackBody = callbackBody
        self.deliveriesSaved = deliveriesSaved
        self.pause = pause
    }

    func execution(id: String, organization: String) async throws -> Execution? {
        try await store.execution(id: id, organization: organization)
    }

    /// Stores an execution that must be finished even if this process dies.
    ///
    /// For the other durabilities it only checks that the execution's project or task exists.
    /// - Throws: ``ProjectGone``, or an error of the store.
    func accept(_ execution: Execution, durability: Durability) async throws {
        let request = execution.request
        if durability == .accepted {
            try await store.save(execution, deliveries: [], by: worker)
        } else if request.project != nil || request.task != nil {
            try await store.checkParents(of: request)
        }
    }

    /// Stores an attempt of a task together with the task's new state.
    /// - Throws: ``TaskChanged``, ``ProjectGone``, or an error of the store.
    func begin(_ attempt: TaskStart, as execution: Execution) async throws {
        try await store.begin(attempt, as: execution, by: worker)
    }

    /// Stores the start of an accepted execution's attempt, so that the next start of this service
    /// knows the number of attempts.
    func noteAttempt(_ execution: Execution) async {
        await note(execution, orLog: "attempt not stored")
    }

    /// Stores that an accepted execution waits again.
    ///
    /// If that fails, the row says running, and the execution is started again all the same.
    func noteQueued(_ execution: Execution) async {
        await note(execution, orLog: "execution not stored as queued")
    }

    private func note(_ execution: Execution, orLog message: Logger.Message) async {
        do {
            try await store.save(execution, deliveries: [], by: worker)
        } catch is ProjectGone {
            // No execution is left to take up.
        } catch is ClaimLost {
            // Another worker has taken up the execution.
        } catch {
            log(message, execution, error)
        }
    }

    /// Stores an end with the deliveries that it owes.
    ///
    /// - Parameter isStopping: whether the service is about to stop. It does not wait for a failing
    ///   store then: on disk the execution is unfinished, and runs again.
    /// - Throws: ``ClaimLost``, or an error of the store that is not retried.
    func writeDown(
        _ execution: Execution,
        durability: Durability,
        isStopping: () -> Bool
    ) async throws {
        guard durability != .nothing else { return }
        let deliveries = deliveries(owedBy: execution)
        var failures = 0
        while true {
            do {
                let holder = durability == .accepted ? worker : nil
                return try await save(execution, deliveries, by: holder)
            } catch is ProjectGone {
                return  // the execution was deleted with its project
            } catch let lost as ClaimLost {
                throw lost  // the other worker writes the end
            } catch {
                log("finished execution not stored", execution, error)
                guard durability == .accepted, !isStopping() else { throw error }
                failures += 1
                try await pause(.milliseconds(Self.saveDelays.pause(after: failures)))
            }
        }
    }

    /// Stores the end of an execution that was claimed for this purpose.
    /// - Throws: ``ProjectGone``, ``ClaimLost``, or an error of the store.
    func writeDownStored(_ execution: Execution) async throws {
        try await save(execution, deliveries(owedBy: execution), by: worker)
    }

    private func save(
        _ execution: Execution,
        _ deliveries: [Delivery],
        by holder: String?
    ) async throws {
        try await store.save(execution, deliveries: deliveries, by: holder)
        if !deliveries.isEmpty { deliveriesSaved() }
    }

    /// Returns the callback that the caller asked for, due at once.
    private func deliveries(owedBy execution: Execution) -> [Delivery] {
        guard let url = execution.request.callbackURL,
            case .organization(let organization) = execution.owner
        else { return [] }
        let now = clock.now()
        do {
            return [
                Delivery(
                    id: Identifier.make(prefix: "msg_", at: now),
                    organization: organization,
                    subject: .execution(execution.id),
                    url: url,
                    body: try callbackBody(execution),
                    createdAt: now,
                    state: .pending(nextAttemptAt: now)
                )
            ]
        } catch {
            log("callback body not encoded", execution, error)
            return []
        }
    }

    private func log(_ message: Logger.Message, _ execution: Execution, _ error: any Error) {
        logger.error(
            message,
            metadata: ["execution": "\(execution.id)", "error": "\(error)"]
        )
    }
}

// MARK: - Claims

extension ExecutionRecords {
    /// The length of this worker's lease after a heartbeat.
    private static let leaseSeconds = 60.0
    /// The pause between heartbeats; after a failed one, two more come before the lease ends.
    private static let heartbeat = Duration.seconds(20)
    /// The number of executions in one claim.
    private static let claimsMax = 50

    private var leaseEnd: Date { clock.now().addingTimeInterval(Self.leaseSeconds) }

    /// Registers this worker, and releases the claims of an earlier process of its name.
    func join() async throws {
        try await store.join(worker: worker, until: leaseEnd)
    }

    /// Claims some of the oldest unfinished executions that no worker holds; empty if none is left.
    func claim() async throws -> [Execution] {
        try await store.claim(worker: worker, at: clock.now(), limit: Self.claimsMax)
    }

    /// - Returns: whether this worker holds the execution: it is unfinished, and no other holds it.
    func claim(_ execution: Execution) async throws -> Bool {
        try await store.claim(execution: execution.id, worker: worker, at: clock.now())
    }

    /// Returns the ids of the executions that this worker holds in the store.
    func held() async throws -> Set<String> { Set(try await store.held(by: worker)) }

    /// Releases an execution for the next start or for another worker.
    func release(_ execution: Execution) async {
        do {
            try await release(id: execution.id)
        } catch {
            // The end of the lease releases it too.
            log("execution not released", execution, error)
        }
    }

    func release(id: String) async throws {
        try await store.release(execution: id, worker: worker)
    }

    /// Renews the lease until the task is cancelled.
    func keepLease() async {
        while (try? await pause(Self.heartbeat)) != nil {
            do {
                try await store.heartbeat(worker: worker, until: leaseEnd)
            } catch {
                logger.error("lease not extended", metadata: ["error": "\(error)"])
            }
        }
    }
}

// MARK: - The day's quota

extension ExecutionRecords {
    /// Charges an execution to the day on which it was created.
    func charge(_ execution: Execution, limit: Int) async throws -> Charge {
        try await store.charge(
            subject: execution.owner.subject,
            day: UTCDay(execution.createdAt),
            limit: limit
        )
    }

    func charged(to subject: String, at now: Date) async throws -> Int {
        try await store.charged(subject: subject, day: UTCDay(now))
    }

    /// Refunds the day's charge in a new task, because the caller's may have been cancelled.
    func refund(_ execution: Execution) async {
        let refund = Task { [store] in
            try await store.refund(
                subject: execution.owner.subject,
                day: UTCDay(execution.createdAt)
            )
        }
        if case .failure(let error) = await refund.result {
            log("charge not refunded", execution, error)
        }
    }
}
