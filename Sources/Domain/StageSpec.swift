/// One program to run in a session.
public struct StageSpec: Sendable {
    public var arguments: [String]
    public var environment: [String: String]
    public var limits: Limits
    /// Paths or globs to bring back after this stage.
    public var outputs: [String]

    public init(
        arguments: [String],
        environment: [String: String],
        limits: Limits,
        outputs: [String] = []
    ) {
        self.arguments = arguments
        self.environment = environment
        self.limits = limits
        self.outputs = outputs
    }
}

/// What became of a stage.
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
