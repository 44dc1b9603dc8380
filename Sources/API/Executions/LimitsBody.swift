import Domain
import JSON

/// What is asked of each limit; how much of it the caller's plan allows is not known yet.
typealias LimitsBody = [Limit: JSONValue]

extension LimitsBody {
    /// - Parameter ceiling: the most that the document says may be asked for.
    static func run(
        ceiling: (Limit) -> Int64 = { _ in .max }
    ) -> ObjectDescription<LimitsBody> {
        asked("LimitsAsked", "What each run is to be held to.", Limit.allCases, ceiling)
    }

    static func compile(
        ceiling: (Limit) -> Int64 = { _ in .max }
    ) -> ObjectDescription<LimitsBody> {
        let perStage = Limit.allCases.filter { !LimitsReader.shared.contains($0) }
        return asked(
            "CompileLimitsAsked",
            "What the compiler is to be held to.",
            perStage,
            ceiling
        )
    }

    private static func asked(
        _ name: String,
        _ about: String,
        _ limits: [Limit],
        _ ceiling: (Limit) -> Int64
    ) -> ObjectDescription<LimitsBody> {
        .request(
            name,
            about + " What is not given is the plan's default; a caller's own plan may allow"
                + " less than this, and `GET /usage` says what.",
            from: [:],
            limits.map { limit in
                let ceiling = ceiling(limit)
                let least = Swift.min(LimitsReader.least(limit), ceiling)
                let schema = JSONValue.whole(limit.about, min: least, max: ceiling)
                return Field(limit.rawValue, \LimitsBody[limit], optional: .unread(schema))
            }
        )
    }
}

extension Limit {
    /// For the documentation.
    var about: String {
        switch self {
        case .wallMilliseconds: "elapsed time of one stage"
        case .cpuMilliseconds: "processor time of one stage, over all its processes and threads"
        case .memoryBytes: "memory of the whole jail, files included"
        case .processes: "processes and threads alive at once"
        case .openFiles: "descriptors open at once in one process"
        case .fileBytes: "size of any one file written"
        case .workspaceBytes: "size of the work folder, and again of the temporary one"
        case .workspaceFiles: "files, folders and links in the work folder"
        case .stdoutBytes: "bytes of standard output that are kept"
        case .stderrBytes: "bytes of standard error that are kept"
        case .sourceBytes: "bytes of all source files and standard inputs together"
        case .files: "source files, and output files"
        }
    }
}
