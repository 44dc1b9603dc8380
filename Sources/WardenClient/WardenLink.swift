// Target `WardenClient`: the unprivileged half of the warden's socket: one warden after another,
// their jails and pipes. It implements the sandbox port of `Domain`.
// Border: it checks a warden's frame and turns it into a value of `Domain`. The command line
// imports it.

public import Domain
import Foundation
import Synchronization
public import WardenProtocol

/// The jails of a service that outlives its wardens: when a warden ends, the monitor starts the
/// next, and the link adopts it.
///
/// One thread waits for the monitor. Callers who need a jail while there is no warden wait for the
/// next one, for at most their spec's patience. The link never repeats a request for a jail: it
/// does not know whether the jail ran, so the caller decides.
public final class WardenLink: StandbyProvider {
    /// The wardens' starts and ends; the stream finishes when the monitor ends.
    public let events: AsyncStream<SandboxEvent>
    private let report: AsyncStream<SandboxEvent>.Continuation
    private let monitor: MonitorSocket
    private let state = Mutex(State())

    private struct State {
        var connection: WardenConnection?
        var isOver = false
        var waiters: [Int: Waiter] = [:]
        var lastTicket = 0
    }

    private struct Waiter {
        let continuation: CheckedContinuation<WardenConnection, any Error>
        let timer: Task<Void, Never>?
    }

    /// Starts the monitor with the wardens' sealed catalog, and waits for the first warden.
    ///
    /// - Parameters:
    ///   - program: the path of `quicksand-warden`.
    ///   - systemCallNames: the names by number, for the refused calls in results.
    /// - Throws: ``WardenStartError``, also if only the first warden does not start.
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

    /// Whether a warden is there to make jails.
    public var isAvailable: Bool { state.withLock { $0.connection?.isAvailable ?? false } }

    /// The kernel features that the present warden found on this machine.
    public var primitives: [Primitive] { state.withLock { $0.connection?.primitives ?? [] } }

    /// The present warden's process id, for operators; `nil` between two wardens.
    public var wardenProcess: Int32? { state.withLock { $0.connection?.wardenProcess } }

    /// Ends the monitor, the warden, and every jail; returns when all have gone.
    public func shutDown() {
        let connection = state.withLock { state in
            state.isOver = true
            return state.connection
        }
        monitor.end(with: connection)
    }

    public func open(_ spec: JailSpec) async throws -> any SandboxSession {
        while true {
            let connection = try await connection(patience: spec.patience)
            do {
                return try connection.openUnlessGone(spec)
            } catch is WardenGone {
                lose(connection)
            }
        }
    }

    public func prepare(
        _ spec: StandbySpec,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbySession {
        guard let connection = state.withLock(\.connection) else { throw SandboxError.unavailable }
        do {
            return try connection.prepareUnlessGone(spec, changed: changed)
        } catch is WardenGone {
            throw SandboxError.unavailable
        }
    }
}

// MARK: - The change of wardens

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
        let connection = try monitor.nextSession { [report] in report.yield(.ended(process: $0)) }
        let (waiters, isOver) = state.withLock { state in
            state.connection = connection
            defer { state.waiters = [:] }
            return (state.waiters.values, state.isOver)
        }
        if isOver { connection.shutControl() }
        report.yield(.ready(process: connection.wardenProcess))
        for waiter in waiters {
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: connection)
        }
    }

    /// Fails all waiters: the monitor has gone, and with it the wardens.
    private func over() {
        let waiters = state.withLock { state in
            state.isOver = true
            state.connection = nil
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.continuation.resume(throwing: SandboxError.closed) }
        report.finish()
    }

    /// Drops a connection whose warden has gone.
    private func lose(_ connection: WardenConnection) {
        state.withLock { if $0.connection === connection { $0.connection = nil } }
    }
}

// MARK: - Waiting for the next warden

extension WardenLink {
    private func connection(patience: Duration?) async throws -> WardenConnection {
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
        _ continuation: CheckedContinuation<WardenConnection, any Error>,
        _ ticket: Int,
        _ patience: Duration?
    ) {
        let known: Result<WardenConnection, any Error>? = state.withLock { state in
            if let connection = state.connection, connection.isAvailable {
                return .success(connection)
            }
            if state.isOver { return .failure(SandboxError.closed) }
            if patience == .zero { return .failure(SandboxError.unavailable) }
            // Check under the lock: either this check sees the cancellation, or its handler finds
            // the waiter.
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
