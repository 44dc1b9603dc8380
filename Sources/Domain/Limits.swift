/// One thing that an execution is held to.
///
/// The raw value is its name in JSON, unit included.
public enum Limit: String, CaseIterable, Sendable {
    /// Elapsed time of one stage.
    case wallMilliseconds = "wall_ms"
    /// Processor time of one stage, summed over every process and thread in the jail.
    case cpuMilliseconds = "cpu_ms"
    /// Memory of the whole jail, files in its work folder included.
    case memoryBytes = "memory_bytes"
    /// Processes and threads alive at once.
    case processes
    /// Descriptors open at once in one process (RLIMIT_NOFILE).
    case openFiles = "open_files"
    /// Size of any one file written (RLIMIT_FSIZE).
    case fileBytes = "file_bytes"
    /// Size of the work folder, and again of the temporary folder.
    case workspaceBytes = "workspace_bytes"
    /// Files, folders and links in the work folder, and again in the temporary folder.
    case workspaceFiles = "workspace_files"
    /// Bytes of standard output kept; what comes after is dropped and flagged.
    case stdoutBytes = "stdout_bytes"
    /// Bytes of standard error kept; what comes after is dropped and flagged.
    case stderrBytes = "stderr_bytes"
    /// Bytes of all source files and standard inputs of one request together.
    case sourceBytes = "source_bytes"
    /// Source files in one request, and output files in one answer.
    case files
}

/// A value for every ``Limit``.
public struct Limits: Sendable, Hashable {
    private var values: [Int64]

    /// Each limit's value as `value` gives it.
    public init(_ value: (Limit) throws -> Int64) rethrows {
        values = try Limit.allCases.map(value)
    }

    public subscript(limit: Limit) -> Int64 {
        get { values[limit.ordinal] }
        set { values[limit.ordinal] = newValue }
    }
}

extension Limit {
    fileprivate var ordinal: Int {
        switch self {
        case .wallMilliseconds: 0
        case .cpuMilliseconds: 1
        case .memoryBytes: 2
        case .processes: 3
        case .openFiles: 4
        case .fileBytes: 5
        case .workspaceBytes: 6
        case .workspaceFiles: 7
        case .stdoutBytes: 8
        case .stderrBytes: 9
        case .sourceBytes: 10
        case .files: 11
        }
    }
}
