import Testing

/// Where a file grows past this, it holds two things: find the second one's name.
@Suite struct SizeTests {
    static let fileLinesMax = 400
    static let functionLinesMax = 70
    static let columnsMax = 100

    private static func everything() throws -> [Repository.File] {
        try Repository.files("Sources", ["swift", "c", "h"]) + Repository.files("Tests", ["swift"])
    }

    @Test func `no file is longer than 400 lines`() throws {
        for file in try Self.everything() {
            #expect(
                try file.text.split(separator: "\n", omittingEmptySubsequences: false).count
                    - 1 <= Self.fileLinesMax,
                "\(file)"
            )
        }
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
        #expect(count > 500)  // else they were not found
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
