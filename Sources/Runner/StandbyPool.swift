public import Domain
import Foundation
public import Logging
import Synchronization

/// A pool of jails that are made before executions request them.
///
/// A jail is used once and destroyed with its execution, like every jail. If none stands by, the
/// execution gets a cold jail: a miss is never an error. The jails follow recent demand, within
/// bounds; see ``StandbyState``.
public final class StandbyPool: SandboxProvider {
    private let provider: any StandbyProvider
    private let clock: WallClock
    private let logger: Logger
    private let pause: @Sendable (Duration) async throws -> Void
    private let state: Mutex<StandbyState>
    private let ends = Mutex(JailEnds())

    public init(
        _ provider: any StandbyProvider,
        bounds: StandbyBounds,
        clock: WallClock,
        logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) {
        self.provider = provider
        self.clock = clock
        self.logger = logger
        self.pause = pause
        state = Mutex(StandbyState(bounds: bounds))
    }

    public func open(_ spec: JailSpec) async throws -> any SandboxSession {
        let standby = state.withLock { state in
            state.arrive(
                StandbySpec(for: spec),
                isBacklogged: spec.isBacklogged,
                at: clock.now()
            )
        }
        if let standby {
            return PooledSession(session: standby.take(files: spec.files), pool: self)
        }
        do {
            return PooledSession(session: try await provider.open(spec), pool: self)
        } catch {
            leave()
            refillSoon()
            throw error
        }
    }

    public var isAvailable: Bool { provider.isAvailable }
    public var events: AsyncStream<SandboxEvent> { provider.events }

    /// Closes the standby jails; every later jail is a cold one.
    public func close() {
        for jail in state.withLock({ $0.close() }) { jail.close() }
    }

    /// The pool's counts of standby jails and of their use.
    public var figures: StandbyFigures {
        state.withLock { state in
            StandbyFigures(
                ready: state.ready,
                booting: state.booting,
                memoryBytes: state.memoryBytes,
                taken: state.taken,
                missed: state.missed,
                ends: ends.withLock { $0 }
            )
        }
    }

    fileprivate var now: Date { clock.now() }

    fileprivate func note(_ end: (inout JailEnds) -> Void) { ends.withLock { end(&$0) } }

    fileprivate func leave() { state.withLock { $0.leave() } }

    /// Refills the pool in a task, because this thread has other work.
    fileprivate func refillSoon() { Task(priority: .utility) { [weak self] in self?.refill() } }

    private func refill() {
        while let step = state.withLock({ $0.nextStep(at: clock.now()) }) {
            switch step {
            case .make(let ticket, let spec, insteadOf: let jail):
                jail?.close()
                make(spec, as: ticket)
            case .close(let jail): jail.close()
            }
        }
    }

    private func make(_ spec: StandbySpec, as ticket: StandbyState.Ticket) {
        do {
            let jail = try provider.prepare(spec) { [weak self] in self?.change($0, of: ticket) }
            if !state.withLock({ $0.made(ticket, jail) }) { jail.close() }
            if spec.boot == nil { expire(ticket) }
        } catch {
            logger.notice("no standby jail was started", metadata: ["error": "\(error)"])
            state.withLock { $0.change(.gone, of: ticket, at: clock.now()) }
        }
    }

    /// Ends a jail without a program after its time; the warden ends only jails with a program.
    private func expire(_ ticket: StandbyState.Ticket) {
        Task { [weak self, pause] in
            try? await pause(StandbyBounds.blankLife)
            guard let self, let jail = state.withLock({ $0.expire(ticket) }) else { return }
            jail.close()
            refill()
        }
    }

    private func change(_ change: StandbyChange, of ticket: StandbyState.Ticket) {
        state.withLock { $0.change(change, of: ticket, at: clock.now()) }
        refill()
    }
}

/// The standby jails at one moment, and the pool's counters.
public struct StandbyFigures: Sendable, Hashable {
    public let ready: Int
    public let booting: Int
    public let memoryBytes: Int64
    /// The executions that got a standby jail.
    public let taken: Int
    /// The executions that got a cold jail.
    public let missed: Int
    /// The ends of the executions' jails.
    public let ends: JailEnds
}

/// An execution's jail, which tells the pool when it closes and when it is gone.
private final class PooledSession: SandboxSession {
    private let session: any SandboxSession
    private let pool: StandbyPool
    private let isClosed = Mutex(false)

    init(session: any SandboxSession, pool: StandbyPool) {
        self.session = session
        self.pool = pool
    }

    func run(_ stage: StageSpec, io: StageIO) async throws -> StageReport {
        let report = try await session.run(stage, io: io)
        pool.note { $0.note(report.result.usage, limits: stage.limits) }
        return report
    }

    func close(then gone: @escaping @Sendable () -> Void) {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        guard isFirst else { return session.close(then: gone) }
        pool.leave()
        let start = pool.now
        session.close { [pool] in
            pool.note { $0.note(seconds: pool.now.timeIntervalSince(start)) }
            pool.refillSoon()
            gone()
        }
    }
}
