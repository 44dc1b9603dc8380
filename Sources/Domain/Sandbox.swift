public import Foundation

/// The door to the jails, as the unprivileged side sees it.
///
/// WardenClient is the real one.
public protocol Sandbox: Sendable {
    /// A jail of its own for one execution.
    ///
    /// It may still be in the making: what goes wrong then is its first stage's error.
    /// - Throws: ``SandboxError``
    func open(_ order: JailOrder) async throws -> any Jail
}

/// One jail: its files go in with the first stage, stages run in it one after another, then it is
/// gone.
public protocol Jail: Sendable {
    /// Runs one program to its end. Cancelling the task kills the program and everything that it
    /// started.
    /// - Throws: ``SandboxError``
    func run(_ stage: StageOrder) async throws -> StageReport

    /// Destroys the jail; returns at once, and does no harm when called again.
    ///
    /// - Parameter gone: called when nothing is left of it, from any thread.
    func close(then gone: @escaping @Sendable () -> Void)
}

extension Jail {
    public func close() { close(then: {}) }
}

public struct JailOrder: Sendable {
    public var runtime: UInt16
    public var profile: SystemCallProfile
    public var files: [SourceFile]
    /// Of these, the jail as a whole is held to the workspace's size and file count.
    public var limits: Limits
    /// What its first stage runs, where that can be started before the files are there.
    public var boot: BootProgram?
    /// How long a jail is waited for while there is nobody to make it; `nil` is for as long as it
    /// takes.
    public var patience: Duration?
    /// Whether more of the same caller's executions wait for a slot.
    public var isBacklogged: Bool

    public init(
        runtime: UInt16,
        profile: SystemCallProfile,
        files: [SourceFile],
        limits: Limits,
        boot: BootProgram? = nil,
        patience: Duration? = .zero,
        isBacklogged: Bool = false
    ) {
        self.runtime = runtime
        self.profile = profile
        self.files = files
        self.limits = limits
        self.boot = boot
        self.patience = patience
        self.isBacklogged = isBacklogged
    }
}

public struct StageOrder: Sendable {
    public var arguments: [String]
    public var environment: [String: String]
    public var stdin: Data
    public var limits: Limits
    /// Paths or globs to bring back after this stage.
    public var outputs: [String]
    /// Told of every piece of output as it comes, within the limit; in order, from one thread,
    /// never blocked on.
    public var onOutput: (@Sendable (OutputStream, Data) -> Void)?

    public init(
        arguments: [String],
        environment: [String: String],
        stdin: Data,
        limits: Limits,
        outputs: [String] = [],
        onOutput: (@Sendable (OutputStream, Data) -> Void)? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.stdin = stdin
        self.limits = limits
        self.outputs = outputs
        self.onOutput = onOutput
    }
}

public enum OutputStream: Sendable, Hashable {
    case stdout, stderr
}

public struct StageReport: Sendable {
    public var result: StageResult
    public var files: [OutputFile]
    /// Paths of those files that everybody may execute, and their owner write: mode 0755.
    public var executables: Set<String>

    public init(result: StageResult, files: [OutputFile], executables: Set<String> = []) {
        self.result = result
        self.files = files
        self.executables = executables
    }
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
