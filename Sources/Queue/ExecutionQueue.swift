// Target `Queue`: who runs next, how long work belongs to a worker, and what happens after a crash:
// admission, an execution's life and events, recovery, tasks.
// Border: it reaches jails by `Runner` and stores by `Domain`'s ports. The command line imports it.

public import Domain
public import Foundation
public import Logging

/// Admits executions, lets them take turns at a number of slots, and sees each to its end.
///
/// All that its parts share is one ``QueueTable``. Nothing polls: the end of a run starts the next,
/// and resumes its waiters. With a free slot, `submit` itself starts the run.
public final class ExecutionQueue: ExecutionService {
    private let runtimes: Runtimes
    private let table: QueueTable
    private let lifecycle: ExecutionLifecycle
    private let admission: Admission
    private let recovery: Recovery
    private let records: ExecutionRecords
    /// Sleeps, so that tests can say for how long.
    private let pause: @Sendable (Duration) async throws -> Void

    /// The worker of a store that has one.
    public static let soleWorker = "server"

    /// A queue that has nothing to do yet.
    ///
    /// - Parameters:
    ///   - provider: where the sessions come from.
    ///   - runtimes: what this machine can run.
    ///   - store: where the day's quota is counted and executions are written down.
    ///   - worker: its name in the store, where executions are its own. One process at a time has
    ///     a name.
    ///   - compileCache: where compiled programs are kept; `nil` has each compiled anew.
    ///   - slots: how many executions run at once; at least 1.
    ///   - queueCapacity: how many more may wait; one caller may have a quarter of it.
    ///   - clock: what time it is.
    ///   - logger: told of faults, by the execution's id and never with its content.
    ///   - callbackBody: what is posted to the callback address of a finished execution.
    ///   - deliveriesSaved: called after deliveries were stored that are due now.
    public convenience init(
        provider: any SandboxProvider,
        runtimes: Runtimes,
        store: any ExecutionStore & QuotaStore & ClaimStore,
        worker: String = ExecutionQueue.soleWorker,
        compileCache: (any CompileCache)? = nil,
        slots: Int,
        queueCapacity: Int,
        clock: WallClock,
        logger: Logger,
        callbackBody: @escaping @Sendable (Execution) throws -> Data,
        deliveriesSaved: @escaping @Sendable () -> Void
    ) {
        self.init(
            provider: provider,
            runtimes: runtimes,
            store: store,
            worker: worker,
            compileCache: compileCache,
            slots: slots,
            queueCapacity: queueCapacity,
            clock: clock,
            logger: logger,
            callbackBody: callbackBody,
            deliveriesSaved: deliveriesSaved,
            pause: { try await Task.sleep(for: $0) }
        )
    }

    init(
        provider: any SandboxProvider,
        runtimes: Runtimes,
        store: any ExecutionStore & QuotaStore & ClaimStore,
        worker: String = ExecutionQueue.soleWorker,
        compileCache: (any CompileCache)? = nil,
        slots: Int,
        queueCapacity: Int,
        clock: WallClock,
        logger: Logger,
        callbackBody: @escaping @Sendable (Execution) throws -> Data,
        deliveriesSaved: @escaping @Sendable () -> Void,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.runtimes = runtimes
        self.pause = pause
        table = QueueTable(slots: slots, queueCapacity: queueCapacity, clock: clock)
        records = ExecutionRecords(
            store: store,
            worker: worker,
            clock: clock,
            logger: logger,
            callbackBody: callbackBody,
            deliveriesSaved: deliveriesSaved,
            pause: pause
        )
        let attempts = AttemptRunner(
            provider: provider,
            compileCache: compileCache,
            table: table,
            records: records,
            logger: logger,
            pause: pause
        )
        lifecycle = ExecutionLifecycle(
            table: table,
            attempts: attempts,
            records: records,
            clock: clock,
            logger: logger,
            pause: pause
        )
        admission = Admission(table: table, lifecycle: lifecycle, records: records, clock: clock)
        recovery = Recovery(
            table: table,
            lifecycle: lifecycle,
            records: records,
            runtimes: runtimes,
            clock: clock,
            logger: logger
        )
    }

    /// How many executions wait and how many run.
    public var load: (queued: Int, running: Int) { table.load }

    public func submit(
        _ request: ExecutionRequest,
        from caller: Caller,
        id: String,
        durability: Durability
    ) async throws -> any Submission {
        try await admission.submit(
            request,
            on: try installed(for: request),
            from: caller,
            id: id,
            durability: durability
        )
    }

    public func begin(
        _ attempt: TaskStart,
        from caller: Caller,
        id: String
    ) async throws -> any Submission {
        var request = attempt.running.order.request
        request.task = attempt.running.id
        return try await admission.submit(
            request,
            on: try installed(for: request),
            from: caller,
            id: id,
            durability: .accepted,
            attempt: attempt
        )
    }

    private func installed(for request: ExecutionRequest) throws -> Runtime {
        guard let runtime = runtimes.runtime(of: request) else {
            throw UnknownRuntime(language: request.language, version: request.version)
        }
        return runtime
    }

    public func standing(of caller: Caller) async throws -> RateReport {
        try await admission.standing(of: caller)
    }

    public func current(id: String, organization: String) async -> Execution? {
        table.entry(id, of: organization)?.execution
    }

    public func events(
        of id: String,
        organization: String,
        from number: Int
    ) async -> (any AsyncSequence<ExecutionEvent, any Error> & Sendable)? {
        table.entry(id, of: organization)?.events.events(from: number)
    }

    public func wait(id: String, organization: String, upTo duration: Duration) async {
        guard let events = table.entry(id, of: organization)?.events else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await events.resultUnlessCancelled() }
            group.addTask { [pause] in try? await pause(duration) }
            await group.next()
            group.cancelAll()
        }
    }

    public func cancel(id: String, organization: String) async throws -> Execution? {
        try await lifecycle.cancel(id: id, organization: organization)
    }

    public func cancelAll(project: String) async { await lifecycle.cancelAll(project: project) }

    /// Takes up what an earlier process accepted and did not finish.
    ///
    /// To be called once, before there is anyone to submit.
    /// - Throws: what the store throws.
    public func recover() async throws { try await recovery.recover() }

    /// Takes up what other workers of the store lose, until the task is cancelled.
    ///
    /// To be called after ``recover()``.
    public func takeUpLost() async {
        await recovery.takeUpLost { [pause] in try await pause(.seconds(20)) }
    }

    /// Keeps what was accepted this worker's own, until the task is cancelled.
    public func keepLease() async { await records.keepLease() }

    /// Takes no new work and returns when nothing is left.
    ///
    /// Running executions may finish within `grace` and are cancelled then. What was accepted and
    /// is not finished stays on disk as queued; the others are turned away.
    public func drain(grace: Duration) async { await lifecycle.drain(grace: grace) }

    /// Has an execution end before its time.
    func interrupt(_ id: String, by cause: QueueState.Interruption) {
        lifecycle.interrupt(id, by: cause)
    }
}

/// The request names a runtime that this machine does not have; it should not have come this far.
public struct UnknownRuntime: Error, Hashable {
    public let language: String
    public let version: String
}
