// Target `Queue`: the order of executions, the workers' leases, and recovery after a crash; with
// admission, an execution's life and events, and tasks.
// Border: it reaches jails through `Runner` and stores through `Domain`'s ports. The command line
// imports it.

public import Domain
public import Foundation
public import Logging

/// The queue: admits executions, runs them in a number of slots, and takes each to its end.
///
/// Its parts share one ``QueueTable`` and nothing else. Nothing polls: the end of a run starts the
/// next run and resumes its waiters. With a free slot, `submit` itself starts the run.
public final class ExecutionQueue: ExecutionService {
    private let runtimes: Runtimes
    private let table: QueueTable
    private let lifecycle: ExecutionLifecycle
    private let admission: Admission
    private let recovery: Recovery
    private let records: ExecutionRecords
    /// The sleep function, which tests replace.
    private let pause: @Sendable (Duration) async throws -> Void

    /// The name of the worker in a store with only one.
    public static let soleWorker = "server"

    /// Creates an empty queue.
    ///
    /// - Parameters:
    ///   - provider: the provider of sessions.
    ///   - runtimes: the runtimes of this machine.
    ///   - store: the store of the day's quota and of executions.
    ///   - worker: the worker's name in the store, unique among running processes; it holds the
    ///     executions of this queue.
    ///   - compileCache: the cache of compiled programs; `nil` compiles each time.
    ///   - slots: the number of executions that run at once, at least 1.
    ///   - reserveSlots: the number that may run beyond `slots`, each for an organization with
    ///     none running, or for a stranger if no other stranger's runs.
    ///   - queueCapacity: the number of executions that may wait; one caller may have a quarter of
    ///     it, and all callers of a plan its part.
    ///   - answers: the memory of results; an owner that has used up its share starts nothing.
    ///   - clock: the source of the current time.
    ///   - logger: a log of faults, with the execution's id and never its content.
    ///   - callbackBody: returns the body that is posted to a finished execution's callback URL.
    ///   - deliveriesSaved: called after deliveries that are due at once were stored.
    ///   - pause: the sleep function, which tests replace.
    public init(
        provider: any SandboxProvider,
        runtimes: Runtimes,
        store: any ExecutionStore & QuotaStore & ClaimStore,
        worker: String = ExecutionQueue.soleWorker,
        compileCache: (any CompileCache)? = nil,
        slots: Int,
        reserveSlots: Int = 0,
        queueCapacity: Int,
        answers: MemoryBudget? = nil,
        clock: WallClock,
        logger: Logger,
        callbackBody: @escaping @Sendable (Execution) throws -> Data,
        deliveriesSaved: @escaping @Sendable () -> Void,
        pause: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) {
        self.runtimes = runtimes
        self.pause = pause
        table = QueueTable(
            QueueState(
                slots: slots,
                reserveSlots: reserveSlots,
                queueCapacity: queueCapacity,
                isHeldBack: { answers?.isFull($0) ?? false }
            ),
            clock: clock
        )
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
        answers?.notify { [lifecycle] in lifecycle.startWaiting() }
    }

    /// The numbers of waiting and of running executions.
    public var load: (queued: Int, running: Int) { table.load }

    public func submit(
        _ request: ExecutionRequest,
        from caller: Caller,
        id: String,
        durability: Durability,
        memory: MemoryLease?
    ) async throws -> any Submission {
        try await admission.submit(
            request,
            on: try installed(for: request),
            from: caller,
            id: id,
            durability: durability,
            memory: memory
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

    /// Queues the executions that an earlier process accepted and did not finish.
    ///
    /// It must be called once, before the first submission.
    /// - Throws: an error of the store.
    public func recover() async throws { try await recovery.recover() }

    /// Queues the executions that other workers of the store lose, until the task is cancelled.
    ///
    /// It must be called after ``recover()``.
    public func takeUpLost() async {
        await recovery.takeUpLost { [pause] in try await pause(.seconds(20)) }
    }

    /// Renews the worker's lease on accepted executions, until the task is cancelled.
    public func keepLease() async { await records.keepLease() }

    /// Accepts no new work, and returns when no execution is left.
    ///
    /// Running executions may finish within `grace` and are then cancelled. Accepted, unfinished
    /// executions stay queued on disk; the others are turned away.
    public func drain(grace: Duration) async { await lifecycle.drain(grace: grace) }

    /// Interrupts an execution before its end.
    func interrupt(_ id: String, by cause: QueueState.Interruption) {
        lifecycle.interrupt(id, by: cause)
    }
}

/// An error: the request names a runtime that this machine lacks; an earlier check failed.
public struct UnknownRuntime: Error, Hashable {
    public let language: String
    public let version: String
}
