import TestSupport
import Testing

/// The size limits, which are hints: a file above its limit may hold two separate things.
@Suite struct SizeTests {
    static let sourceLinesMax = 250
    /// The limit of a suite, which is a list of cases.
    static let testLinesMax = 400
    static let functionLinesMax = 70
    static let columnsMax = 100

    /// The files above the limit, each with its reason.
    static let long: [String: String] = [
        "Sources/API/Projects/Operation+Projects.swift": "every operation of one feature",
        "Sources/CLinux/CLinux.c": "one plain function for each call that Swift cannot import",
        "Sources/Commands/Serve/Service.swift": "the parts of a server, their start and stop",
        "Sources/JSON/StrictJSON.swift": "one grammar, RFC 8259",
        "Sources/Queue/QueueState.swift": "one state machine, which decides everything at once",
        "Sources/SQLiteStore/SQLiteStore+Tasks.swift": "one table's statements and their methods",
        "Sources/SQLiteStore/Schema.swift": "the steps of every release, in their order",
        "Sources/Warden/SupervisedJail.swift": "one jail: its making, its orders, its counters",
        "Sources/Warden/Warden.swift": "one thread's loop and what it does at each event",
        "Sources/WardenProtocol/Request+Coding.swift": "both directions of every frame",
    ]

    private static func everything() throws -> [Repository.File] {
        try Repository.files("Sources", ["swift", "c", "h"]) + Repository.files("Tests", ["swift"])
    }

    @Test func `a file is no longer than the bound, or has a reason`() throws {
        var long: Set<String> = []
        for file in try Self.everything() {
            let text = try file.text
            let count = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            let isTest = file.path.hasPrefix("Tests/")
            guard count > (isTest ? Self.testLinesMax : Self.sourceLinesMax) else { continue }
            long.insert(file.path)
        }
        // A file below the limit needs no reason.
        #expect(long == Set(Self.long.keys))
    }

    @Test func `no function is longer than 70 lines`() throws {
        var count = 0
        for file in try Self.everything() {
            let text = try file.source
            #expect(text.hasBalancedBraces, "\(file) was not understood")
            let functions = file.path.hasSuffix(".swift") ? text.functions : text.topLevelBlocks
            count += functions.count
            for function in functions where function.lineCount > Self.functionLinesMax {
                Issue.record("\(file):\(function.line) has \(function.lineCount) lines")
            }
        }
        #expect(count > 500)  // else the scan found too few
    }

    @Test func `no line is longer than 100 columns, but for what a literal says`() throws {
        for file in try Self.everything() {
            for (index, columns) in try file.source.columns.enumerated()
            where columns > Self.columnsMax {
                Issue.record("\(file):\(index + 1) has \(columns) columns")
            }
        }
    }

    @Test func `the warden's own main is a few lines`() throws {
        let text = try Repository.File(path: "Sources/quicksand-warden/main.swift").text
        #expect(text.split(separator: "\n").count <= 60)
    }
}
