/// A provider of sessions: jails, or another kind of isolation.
///
/// WardenClient is the production implementation.
public protocol SandboxProvider: Sendable {
    /// Opens a new session for one execution.
    ///
    /// The sandbox may still be under construction; the first stage reports an error in it.
    /// - Throws: ``SandboxError``
    func open(_ spec: JailSpec) async throws -> any SandboxSession

    /// Whether a session can be opened now.
    var isAvailable: Bool { get }

    /// The events of the provider itself.
    ///
    /// There is one stream, for one reader; it ends when no more sessions can be opened.
    var events: AsyncStream<SandboxEvent> { get }
}

public enum SandboxEvent: Sendable {
    /// Sessions can be opened; this process makes them.
    case ready(process: Int32)
    /// The process and its sessions have ended.
    case ended(process: Int32)
    /// A process did not start; the provider tries again.
    case failed(any Error)
}

/// An open sandbox, as its holder sees it.
///
/// The first stage to start brings the files in. Stages share the work folder. They run one after
/// another, and each leaves no process behind; concurrent stages may run at the same time. A stage
/// that may not run beside the running stages is refused. Nothing is left of a session after its
/// close.
public protocol SandboxSession: Sendable {
    /// Runs one program to its end.
    ///
    /// Cancelling the task closes the session, which kills the program and all processes that it
    /// started. Cancelling a concurrent stage kills only its first process with its process group;
    /// the session stays open.
    /// - Throws: ``SandboxError``
    func run(_ stage: StageSpec, io: StageIO) async throws -> StageReport

    /// Destroys the sandbox; returns at once, and may be called again.
    ///
    /// - Parameter gone: called from any thread when nothing of the sandbox is left.
    func close(then gone: @escaping @Sendable () -> Void)
}

extension SandboxSession {
    /// Runs a program without standard input.
    public func run(_ stage: StageSpec) async throws -> StageReport {
        try await run(stage, io: StageIO())
    }

    public func close() { close(then: {}) }

    /// Destroys the sandbox; returns when nothing of it is left.
    public func closeAndWait() async {
        await withCheckedContinuation { continuation in
            close { continuation.resume() }
        }
    }
}

public enum SandboxError: Error, Sendable, Hashable {
    /// The warden refused the stage: a limit is above its seal.
    ///
    /// The two sides disagree, so it is our fault.
    case refused(reason: String)
    /// A step of ours failed while the jail was made or watched.
    case broken(site: String, errno: Int32)
    /// No warden came within the spec's patience; nothing was started.
    case unavailable
    /// The warden ended while it held the jail.
    case lost
    /// The service is about to end and there will be no warden; nothing was started.
    case closed
}
