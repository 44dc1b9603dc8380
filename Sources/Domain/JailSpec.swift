/// The specification of a session.
public struct JailSpec: Sendable {
    public var runtime: UInt16
    public var profile: SystemCallProfile
    public var files: [SourceFile]
    /// The jail's own limits among these are the work folder's size and file count.
    public var limits: Limits
    /// The program of the first stage, where it can be started before the files are there.
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
