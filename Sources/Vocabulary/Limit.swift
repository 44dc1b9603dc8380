// Target `Vocabulary`: the words that both sides of the warden's socket share: the table of limits,
// verdict, usage and system-call profile.
// Border: it imports nothing, not even Foundation, and every target may import it. A fact about a
// limit stands in its table once.

/// One thing that an execution is held to.
///
/// The raw value is its name in JSON, unit included.
///
/// This file is the one table of limits. The warden's frames and its sealed ceilings,
/// `limits.json`, the API's readers and schemas, stored requests and the compile cache's keys are
/// made of it.
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
        // With less, the jail itself could not start, and the caller's doing would be taken for
        // our fault.
        case .memoryBytes:
            Definition(
                3,
                .stage,
                .warden,
                least: 1 << 20,
                isFixedAtStart: true,
                "memory of the whole jail, files included"
            )
        // With less, most interpreters end with a fault before their first line.
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
        // Less than that, and the loader finds no descriptor for a program's libraries.
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
    /// All that is known of a limit.
    public struct Definition: Sendable {
        /// Its number on the warden's socket; the table's codes are 1, 2, 3 and so on.
        public let code: UInt8
        public let scope: Scope
        public let enforcer: Enforcer
        /// The least that a caller may ask for.
        public let least: Int64
        /// A process that already runs cannot be given another value, or has looked at this one.
        public let isFixedAtStart: Bool
        /// The limit whose value this one has where nobody asks; `nil` is the plan's default.
        ///
        /// It stands before this one in the table.
        public let follows: Limit?
        /// One line, for the documentation.
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
        /// Nothing: each has its own.
        case stage
        /// They share a jail.
        case jail
        /// They share a request.
        case request
    }

    /// The process that enforces a limit.
    public enum Enforcer: Sendable {
        /// The warden, below a ceiling that it is sealed with.
        case warden
        /// The front, which reads requests and keeps output.
        case front
    }

    public init?(code: UInt8) {
        guard let limit = Self.allCases.first(where: { $0.definition.code == code }) else {
            return nil
        }
        self = limit
    }

    /// The limits that stages of one execution can differ in.
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
