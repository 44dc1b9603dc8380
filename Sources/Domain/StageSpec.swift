/// The specification of a stage: one program to run in a session.
public struct StageSpec: Sendable {
    public var arguments: [String]
    public var environment: [String: String]
    public var limits: Limits
    /// The paths or globs of the files to return after this stage.
    public var outputs: [String]
    /// Whether the report lists every other file of the work folder, with name and digest.
    public var digestsOthers: Bool
    /// Whether other concurrent stages may run in the session at the same time.
    ///
    /// Then the stage ends with its first process. What that leaves running goes on until the
    /// session's close; usage is that of the first process and of the children that it waited for.
    /// No files are brought back, and no other kind of stage may follow in the session.
    public var isConcurrent: Bool

    public init(
        arguments: [String],
        environment: [String: String],
        limits: Limits,
        outputs: [String] = [],
        digestsOthers: Bool = false,
        isConcurrent: Bool = false
    ) {
        self.arguments = arguments
        self.environment = environment
        self.limits = limits
        self.outputs = outputs
        self.digestsOthers = digestsOthers
        self.isConcurrent = isConcurrent
    }

    /// Whether the stage returns files or digests.
    public var collects: Bool { !outputs.isEmpty || digestsOthers }
}

/// The outcome of a stage.
public struct StageReport: Sendable {
    public var result: StageResult
    public var files: [OutputFile]
    /// The paths of the returned files that everybody may execute and only the owner may write
    /// (0755).
    public var executables: Set<String>
    /// The files that ``StageSpec/digestsOthers`` requested.
    public var others: [FileDigest]

    public init(
        result: StageResult,
        files: [OutputFile],
        executables: Set<String> = [],
        others: [FileDigest] = []
    ) {
        self.result = result
        self.files = files
        self.executables = executables
        self.others = others
    }
}

/// A file that is identified by the digest of its content.
public struct FileDigest: Sendable, Hashable {
    public var path: String
    public var digest: ContentDigest

    public init(path: String, digest: ContentDigest) {
        self.path = path
        self.digest = digest
    }
}
