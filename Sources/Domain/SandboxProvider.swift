/// Opens sessions: jails, or another kind of isolation.
///
/// WardenClient is the real one.
public protocol SandboxProvider: Sendable {
    /// Opens a session of its own for one execution.
    ///
    /// The sandbox may still be in the making: what goes wrong then is its first stage's error.
    /// - Throws: ``SandboxError``
    func open(_ spec: JailSpec) async throws -> any SandboxSession

    /// Whether a session can be opened now.
    var isAvailable: Bool { get }

    /// Events of the provider itself.
    ///
    /// One stream, for one reader; it ends when there will be no more sessions.
    var events: AsyncStream<SandboxEvent> { get }
}

public enum SandboxEvent: Sendable {
    /// Sessions can be opened, and are made by this process.
    case ready(process: Int32)
    /// The process has ended, and its sessions with it.
    case ended(process: Int32)
    /// A process did not start; the provider goes on trying.
    case failed(any Error)
}

/// One open sandbox, as who holds it sees it.
///
/// Its files go in with the stage that is begun first. Stages share the work folder. They run one
/// after another, and nothing is left of each at its end; or several concurrent ones run at once. A
/// stage that may not run beside those that run is refused. Nothing is left of a session after its
/// close.
public protocol SandboxSession: Sendable {
    /// Runs one program to its end.
    ///
    /// Cancelling the task closes the session, which kills the program and everything that it
    /// started. Of a concurrent stage it kills the first process with its process group, and the
    /// session stays open.
    /// - Throws: ``SandboxError``
    func run(_ stage: StageSpec, io: StageIO) async throws -> StageReport

    /// Destroys the sandbox; returns at once, and does no harm when called again.
    ///
    /// - Parameter gone: called when nothing is left of it, from any thread.
    func close(then gone: @escaping @Sendable () -> Void)
}

extension SandboxSession {
    /// Runs a program that reads nothing.
    public func run(_ stage: StageSpec) async throws -> StageReport {
        try await run(stage, io: StageIO())
    }

    public func close() { close(then: {}) }
}

public enum SandboxError: Error, Sendable, Hashable {
    /// The warden would not: a limit above what it was sealed with. The two sides disagree, so it
    /// is our fault.
    case refused(reason: String)
    /// Something of ours failed while making or watching the jail.
    case broken(site: String, errno: Int32)
    /// There is no warden, and none has come within the order's patience: nothing was begun.
    case unavailable
    /// The warden ended while it had the jail.
    case lost
    /// There is no warden and there will be none: this service is about to end. Nothing was begun.
    case closed
}
