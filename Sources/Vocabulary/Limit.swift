// Target `Vocabulary`: the types that both sides of the warden's socket share: the table of limits,
// verdict, usage and system-call profile.
// Border: it imports nothing, not even Foundation, and every target may import it. Each fact about
// a limit is in its table once.

/// A limit on an execution.
///
/// The raw value is the limit's name in JSON, unit included.
///
/// This file is the only table of limits. It defines the warden's frames and sealed ceilings,
/// `limits.json`, the API's readers and schemas, stored requests and the compile cache's keys.
public enum Limit: String, CaseIterable, Sendable {
    case wallMilliseconds = "wall_ms"
    case cpuMilliseconds = "cpu_ms"
    case memoryBytes = "memory_bytes"
    case stackBytes = "stack_bytes"
    case processes
    case openFiles = "open_files"
    case fileBytes = "file_bytes"
    case workspaceBytes = "workspace_bytes"
    case workspaceFiles = "workspace_files"
    case stdoutBytes = "stdout_bytes"
    case stderrBytes = "stderr_bytes"
    case sourceBytes = "source_bytes"
    case files

    public var definition: Definition {
        switch self {
        case .wallMilliseconds: Definition(1, .stage, .warden, "elapsed time of one stage")
        case .cpuMilliseconds:
            Definition(
                2,
                .stage,
                .warden,
                "processor time of one stage, over all its processes and threads"
            )
        // With less, the jail itself could not start, and the caller's error would look like our
        // fault.
        case .memoryBytes:
            Definition(
                3,
                .stage,
                .warden,
                least: 1 << 20,
                isFixedAtStart: true,
                "memory of the whole jail, files included"
            )
        // With less, most interpreters crash before their first line.
        case .stackBytes:
            Definition(
                13,
                .stage,
                .warden,
                least: 64 << 10,
                isFixedAtStart: true,
                follows: .memoryBytes,
                "stack of each process; by default the memory limit"
            )
        case .processes: Definition(4, .stage, .warden, "processes and threads alive at once")
        // With less, the loader finds no free descriptor for a program's libraries.
        case .openFiles:
            Definition(5, .stage, .warden, least: 16, "descriptors open at once in one process")
        case .fileBytes: Definition(6, .stage, .warden, "size of any one file written")
        case .workspaceBytes:
            Definition(7, .jail, .warden, "size of the work folder, and again of the temporary one")
        case .workspaceFiles:
            Definition(8, .jail, .warden, "files, folders and links in the work folder")
        case .stdoutBytes: Definition(9, .stage, .front, "bytes of standard output; more is cut")
        case .stderrBytes: Definition(10, .stage, .front, "bytes of standard error; more is cut")
        case .sourceBytes:
            Definition(
                11,
                .request,
                .front,
                "bytes of all source files and standard inputs together"
            )
        case .files: Definition(12, .request, .front, "source files, and output files")
        }
    }
}

extension Limit {
    /// The properties of a limit.
    public struct Definition: Sendable {
        /// The number on the warden's socket; the codes of the table are 1, 2, 3 and so on.
        public let code: UInt8
        public let scope: Scope
        public let enforcer: Enforcer
        /// The lowest value that a caller may request.
        public let least: Int64
        /// Whether the value cannot change after the start, because a process has it or has read
        /// it.
        public let isFixedAtStart: Bool
        /// The limit that gives this one its default; `nil` uses the plan's default.
        ///
        /// The followed limit comes earlier in the table.
        public let follows: Limit?
        /// A line for the documentation.
        public let about: String

        init(
            _ code: UInt8,
            _ scope: Scope,
            _ enforcer: Enforcer,
            least: Int64 = 1,
            isFixedAtStart: Bool = false,
            follows: Limit? = nil,
            _ about: String
        ) {
            self.code = code
            self.scope = scope
            self.enforcer = enforcer
            self.least = least
            self.isFixedAtStart = isFixedAtStart || scope == .jail
            self.follows = follows
            self.about = about
        }
    }

    /// The scope that a limit applies to.
    public enum Scope: Sendable {
        /// Each stage has its own limit.
        case stage
        /// All stages of a jail share the limit.
        case jail
        /// The whole request shares the limit.
        case request
    }

    /// The process that enforces a limit.
    public enum Enforcer: Sendable {
        /// The warden, below its sealed ceiling.
        case warden
        /// The front, which reads requests and stores output.
        case front
    }

    public init?(code: UInt8) {
        guard let limit = Self.allCases.first(where: { $0.definition.code == code }) else {
            return nil
        }
        self = limit
    }

    /// The limits that may differ between the stages of one execution.
    public static let perStage = allCases.filter { $0.definition.scope == .stage }
    /// The limits that the warden enforces per stage, in the order of its frames.
    public static let ofStage = perStage.filter { $0.definition.enforcer == .warden }
    /// The limits that the warden enforces per jail.
    public static let ofJail = allCases.filter { $0.definition.scope == .jail }
    /// The limits that the warden needs before the first stage.
    public static let atOpening = ofJail + [.memoryBytes]
    /// The limits with a sealed ceiling.
    public static let sealed = ofStage + ofJail
    /// The limits that a standby jail can no longer change.
    public static let fixedAtStart = allCases.filter { $0.definition.isFixedAtStart }
}
