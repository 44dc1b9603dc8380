/// The specification of a session.
public struct JailSpec: Sendable {
    public var runtime: UInt16
    public var profile: SystemCallProfile
    public var files: [SourceFile]
    /// The limits of the stages; the work folder's size and file count apply to the jail itself.
    public var limits: Limits
    /// The program of the first stage, if it can be started before the files are known.
    public var boot: BootProgram?
    /// The longest wait for a warden to make the jail; `nil` waits without limit.
    public var patience: Duration?
    /// Whether more executions of the same caller wait for a slot.
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
