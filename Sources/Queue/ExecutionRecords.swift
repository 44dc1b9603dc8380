import Domain
import Foundation
import Logging

/// The stored side of executions: their rows, the deliveries that they owe, the day's charges.
struct ExecutionRecords: Sendable {
    private let store: any ExecutionStore & QuotaStore & ClaimStore
    /// The worker that holds every execution that this queue accepts.
    private let worker: String
    private let clock: WallClock
    private let logger: Logger
    private let callbackBody: @Sendable (Execution) throws -> Data
    private let deliveriesSaved: @Sendable () -> Void
    private let pause: @Sendable (Duration) async throws -> Void

    /// Between the attempts to store an accepted execution, for as long as the store is not
    /// available.
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

    /// Writes down what must be finished even if this process dies.
    ///
    /// Either way it is found out that what the execution is of is still there.
    /// - Throws: ``ProjectGone``, or what the store throws.
    func accept(_ execution: Execution, durability: Durability) async throws {
        let request = execution.request
        if durability == .accepted {
            try await store.save(execution, deliveries: [], by: worker)
        } else if request.project != nil || request.task != nil {
            try await store.checkParents(of: request)
        }
    }

    /// Writes down an attempt of a task together with what the task is from now on.
    /// - Throws: ``TaskChanged``, ``ProjectGone``, or what the store throws.
    func begin(_ attempt: TaskStart, as execution: Execution) async throws {
        try await store.begin(attempt, as: execution, by: worker)
    }

    /// Writes down that an accepted execution has been begun, so that the next start of this
    /// service knows how often it was.
    func noteAttempt(_ execution: Execution) async {
        await note(execution, orLog: "attempt not stored")
    }

    /// Writes down that an accepted execution waits again.
    ///
    /// Where that fails it is there as running, and is begun again all the same.
    func noteQueued(_ execution: Execution) async {
        await note(execution, orLog: "execution not stored as queued")
    }

    private func note(_ execution: Execution, orLog message: Logger.Message) async {
        do {
            try await store.save(execution, deliveries: [], by: worker)
        } catch is ProjectGone {
            // There is nothing left to be taken up.
        } catch is ClaimLost {
            // Another worker has taken it up.
        } catch {
            log(message, execution, error)
        }
    }

    /// Writes an end down, with the deliveries that it owes.
    ///
    /// - Parameter isStopping: whether the service is about to stop. An end that the store does not
    ///    take is not waited for then: on disk the execution is unfinished, and runs again.
    /// - Throws: ``ClaimLost``; what the store throws, where it is not tried again.
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
                return  // and so is everything that was kept of it
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

    /// Writes down the end of an execution that was claimed for that.
    /// - Throws: ``ProjectGone``, ``ClaimLost``, or what the store throws.
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

    /// The callback that the caller asked for, due at once.
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
            log("callback body not made", execution, error)
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
    /// How long what this worker holds stays its own after a heartbeat.
    private static let leaseSeconds = 60.0
    /// Twice more before the lease ends, should one fail.
    private static let heartbeat = Duration.seconds(20)
    /// Executions that are taken up with one question.
    private static let claimsMax = 50

    private var leaseEnd: Date { clock.now().addingTimeInterval(Self.leaseSeconds) }

    /// Begins to work: what an earlier process of this worker's name held is nobody's.
    func join() async throws {
        try await store.join(worker: worker, until: leaseEnd)
    }

    /// Some of what is unfinished and nobody's, oldest first; empty where there is no more.
    func claim() async throws -> [Execution] {
        try await store.claim(worker: worker, at: clock.now(), limit: Self.claimsMax)
    }

    /// - Returns: whether it is this worker's now: it is unfinished, and nobody else's.
    func claim(_ execution: Execution) async throws -> Bool {
        try await store.claim(execution: execution.id, worker: worker, at: clock.now())
    }

    /// The ids of the executions that this worker holds in the store.
    func held() async throws -> Set<String> { Set(try await store.held(by: worker)) }

    /// Lets go what is left to the next start, or to another worker.
    func release(_ execution: Execution) async {
        do {
            try await release(id: execution.id)
        } catch {
            // The end of the lease does the same.
            log("execution not released", execution, error)
        }
    }

    func release(id: String) async throws {
        try await store.release(execution: id, worker: worker)
    }

    /// Keeps what this worker holds, until the task is cancelled.
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

    /// Gives the day's charge back, in a task of its own: the caller's may have been cancelled.
    func refund(_ execution: Execution) async {
        let refund = Task { [store] in
            try await store.refund(
                subject: execution.owner.subject,
                day: UTCDay(execution.createdAt)
            )
        }
        if case .failure(let error) = await refund.result {
            log("charge not given back", execution, error)
        }
    }
}
