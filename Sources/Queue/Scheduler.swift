public import Domain
public import Foundation
public import Logging
import Synchronization

/// Admits executions, lets them take turns at a number of slots, and sees each to its end.
///
/// All that is shared is one ``SchedulerState`` behind a lock, held for decisions only and never
/// over an `await`. Nothing polls: the end of a run starts the next, and whoever waits is resumed.
/// With a free slot, `submit` itself starts the run. The life of an execution after that is in
/// `ExecutionLife.swift`.
///
/// Charges. A refused request costs nothing: the policies in memory and the place in the queue come
/// first, then the day's quota is charged in the store, and if that or writing the execution down
/// fails, everything is taken back. The day's charge is also given back for a run that failed, or
/// was turned away or cut short, for our fault. A caller who cancels or hangs up keeps the charge,
/// because it was accepted and had its place.
public final class Scheduler: ExecutionService {
    let sandbox: any SandboxProvider
    let runtimes: Runtimes
    let store: any ExecutionStore & QuotaStore
    let compileCache: (any CompileCache)?
    let clock: WallClock
    let logger: Logger
    let callbackBody: @Sendable (Execution) throws -> Data
    let deliveriesSaved: @Sendable () -> Void
    /// Sleeps, so that tests can say for how long.
    let pause: @Sendable (Duration) async throws -> Void
    let state: Mutex<SchedulerState>

    /// A scheduler that has nothing to do yet.
    ///
    /// - Parameters:
    ///   - sandbox: where the jails come from.
    ///   - runtimes: what this machine can run.
    ///   - store: where the day's quota is counted and executions are written down.
    ///   - compileCache: where compiled programs are kept; `nil` has each compiled anew.
    ///   - slots: how many executions run at once; at least 1.
    ///   - queueCapacity: how many more may wait; one caller may have a quarter of it.
    ///   - clock: what time it is.
    ///   - logger: told of faults, by the execution's id and never with its content.
    ///   - callbackBody: what is posted to the callback address of a finished execution.
    ///   - deliveriesSaved: called after deliveries were stored that are due now.
    public convenience init(
        sandbox: any SandboxProvider,
        runtimes: Runtimes,
        store: any ExecutionStore & QuotaStore,
        compileCache: (any CompileCache)? = nil,
        slots: Int,
        queueCapacity: Int,
        clock: WallClock,
        logger: Logger,
        callbackBody: @escaping @Sendable (Execution) throws -> Data,
        deliveriesSaved: @escaping @Sendable () -> Void
    ) {
        self.init(
            sandbox: sandbox,
            runtimes: runtimes,
            store: store,
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
        sandbox: any SandboxProvider,
        runtimes: Runtimes,
        store: any ExecutionStore & QuotaStore,
        compileCache: (any CompileCache)? = nil,
        slots: Int,
        queueCapacity: Int,
        clock: WallClock,
        logger: Logger,
        callbackBody: @escaping @Sendable (Execution) throws -> Data,
        deliveriesSaved: @escaping @Sendable () -> Void,
        pause: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.sandbox = sandbox
        self.runtimes = runtimes
        self.store = store
        self.compileCache = compileCache
        self.clock = clock
        self.logger = logger
        self.callbackBody = callbackBody
        self.deliveriesSaved = deliveriesSaved
        self.pause = pause
        state = Mutex(SchedulerState(slots: slots, queueCapacity: queueCapacity))
    }

    /// How many executions wait and how many run.
    public func load() -> (queued: Int, running: Int) {
        state.withLock { ($0.queue.count, $0.running) }
    }

    public func standing(of caller: Caller) async throws -> RateReport {
        let now = clock.now()
        let charged = try await charged(to: caller, at: now)
        return report(on: caller, charged: charged, at: now)
    }

    public func current(id: String, organization: String) async -> Execution? {
        entry(id, of: organization)?.execution
    }

    public func wait(id: String, organization: String, upTo duration: Duration) async {
        guard let ending = entry(id, of: organization)?.ending else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await ending.valueUnlessCancelled() }
            group.addTask { [pause] in try? await pause(duration) }
            await group.next()
            group.cancelAll()
        }
    }

    func entry(_ id: String, of organization: String) -> SchedulerState.Entry? {
        let entry = state.withLock { $0.entries[id] }
        return entry?.execution.owner == .organization(organization) ? entry : nil
    }

    /// The runtime that was asked for, and no other version of it.
    func runtime(of request: ExecutionRequest) -> Runtime? {
        runtimes.installed.first {
            $0.name == request.language && $0.version == request.version
        }
    }
}

/// The request names a runtime that this machine does not have; it should not have come this far.
public struct UnknownRuntime: Error, Hashable {
    public let language: String
    public let version: String
}
