/// What a session is opened with.
public struct JailSpec: Sendable {
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
