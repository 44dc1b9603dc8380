public import Domain
import Foundation
import Synchronization
public import WardenProtocol

/// The jails of a service that outlives its wardens: when one ends, the monitor starts the next,
/// and this takes it.
///
/// One thread waits for the monitor. Callers who need a jail while there is no warden wait for the
/// next one, as long as their order's patience goes. A jail that was asked for is never asked for
/// again here: whether it ran is not known, so that is for the caller to decide.
public final class WardenLink: StandbySandbox {
    /// What happens to the wardens; ends when the monitor has gone, after which there is none.
    public let events: AsyncStream<Event>
    private let report: AsyncStream<Event>.Continuation
    private let monitor: MonitorSocket
    private let state = Mutex(State())

    public enum Event: Sendable {
        case ended(process: Int32)
        case ready(process: Int32)
        /// The monitor goes on trying.
        case failed(WardenStartError)
    }

    private struct State {
        var session: WardenSession?
        var isOver = false
        var waiters: [Int: Waiter] = [:]
        var lastTicket = 0
    }

    private struct Waiter {
        let continuation: CheckedContinuation<WardenSession, any Error>
        let timer: Task<Void, Never>?
    }

    /// Starts the monitor with the wardens' sealed catalog, and waits for the first warden.
    ///
    /// - Parameters:
    ///   - program: the path of `quicksand-warden`.
    ///   - systemCallNames: by number, for what results say of refused calls.
    /// - Throws: ``WardenStartError``, also where only the first warden would not start.
    public static func start(
        program: String,
        catalog: CatalogImage,
        systemCallNames: [String] = []
    ) throws(WardenStartError) -> WardenLink {
        let link = WardenLink(
            try MonitorSocket.start(
                program: program,
                catalog: catalog,
                systemCallNames: systemCallNames
            )
        )
        do {
            try link.takeNext()
        } catch {
            link.monitor.end()
            throw error
        }
        Thread.detachNewThread { link.follow() }
        return link
    }

    private init(_ monitor: MonitorSocket) {
        (events, report) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
        self.monitor = monitor
    }

    /// Whether there is a warden to make jails.
    public var isAvailable: Bool { state.withLock { $0.session?.isAvailable ?? false } }

    /// What the present warden found this machine to have.
    public var primitives: [Primitive] { state.withLock { $0.session?.primitives ?? [] } }

    /// The present warden's process number, for operators; `nil` between two.
    public var wardenProcess: Int32? { state.withLock { $0.session?.wardenProcess } }

    /// Ends the monitor, the warden, and every jail; returns when they have gone.
    public func shutDown() {
        let session = state.withLock { state in
            state.isOver = true
            return state.session
        }
        monitor.end(with: session)
    }

    public func open(_ order: JailOrder) async throws -> any Jail {
        while true {
            let session = try await session(patience: order.patience)
            do {
                return try session.openUnlessGone(order)
            } catch is WardenGone {
                lose(session)
            }
        }
    }

    public func prepare(
        _ order: StandbyOrder,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbyJail {
        guard let session = state.withLock(\.session) else { throw SandboxError.unavailable }
        do {
            return try session.prepareUnlessGone(order, changed: changed)
        } catch is WardenGone {
            throw SandboxError.unavailable
        }
    }
}

// MARK: - One after another

extension WardenLink {
    private func follow() {
        while true {
            do {
                try takeNext()
            } catch .monitorEnded {
                return over()
            } catch {
                report.yield(.failed(error))
            }
        }
    }

    private func takeNext() throws(WardenStartError) {
        let session = try monitor.nextSession { [report] in report.yield(.ended(process: $0)) }
        let (waiters, isOver) = state.withLock { state in
            state.session = session
            defer { state.waiters = [:] }
            return (state.waiters.values, state.isOver)
        }
        if isOver { session.shutControl() }
        report.yield(.ready(process: session.wardenProcess))
        for waiter in waiters {
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: session)
        }
    }

    /// The monitor has gone, and with it the wardens.
    private func over() {
        let waiters = state.withLock { state in
            state.isOver = true
            state.session = nil
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.continuation.resume(throwing: SandboxError.closed) }
        report.finish()
    }

    /// It was found to be gone.
    private func lose(_ session: WardenSession) {
        state.withLock { if $0.session === session { $0.session = nil } }
    }
}

// MARK: - Waiting for the next

extension WardenLink {
    private func session(patience: Duration?) async throws -> WardenSession {
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0, ticket, patience) }
        } onCancel: {
            giveUp(ticket, CancellationError())
        }
    }

    private func wait(
        _ continuation: CheckedContinuation<WardenSession, any Error>,
        _ ticket: Int,
        _ patience: Duration?
    ) {
        let known: Result<WardenSession, any Error>? = state.withLock { state in
            if let session = state.session, session.isAvailable { return .success(session) }
            if state.isOver { return .failure(SandboxError.closed) }
            if patience == .zero { return .failure(SandboxError.unavailable) }
            // Under the lock: either this sees the mark, or the handler finds the waiter.
            if Task.isCancelled { return .failure(CancellationError()) }
            let timer = patience.map { patience in
                Task { [weak self] in
                    guard (try? await Task.sleep(for: patience)) != nil else { return }
                    self?.giveUp(ticket, SandboxError.unavailable)
                }
            }
            state.waiters[ticket] = Waiter(continuation: continuation, timer: timer)
            return nil
        }
        if let known { continuation.resume(with: known) }
    }

    private func giveUp(_ ticket: Int, _ error: any Error) {
        guard let waiter = state.withLock({ $0.waiters.removeValue(forKey: ticket) }) else {
            return
        }
        waiter.timer?.cancel()
        waiter.continuation.resume(throwing: error)
    }
}
