import Foundation
import TestSupport
import Testing

/// The rules for the repository's texts.
@Suite struct TextTests {
    @Test func `nothing in the sources is left for later`() throws {
        // The words are split, so that this file may be searched as well.
        let marks: Set<Substring> = ["XX" + "X", "TO" + "DO", "FIX" + "ME"]
        let files =
            try Repository.files("Sources", ["swift", "c", "h", "modulemap"])
            + Repository.files("Tests", ["swift"])
        for file in files {
            let words = try file.text.split { !$0.isLetter }
            #expect(marks.isDisjoint(with: words), "\(file)")
        }
    }

    @Test func `the read-me opens with the two commands, and the makefile has them`() throws {
        let readme = try Repository.File(path: "README.md").text
        let opening = readme.prefix(1_500)
        #expect(opening.contains("make run"))
        #expect(opening.contains("make test"))
        let makefile = try Repository.File(path: "Makefile").text
        for target in ["run:", "test:", "build:"] { #expect(makefile.contains("\n" + target)) }
    }

    @Test func `the API page's table of limits is that of limits json`() throws {
        let page = try Repository.File(path: "docs/API.md").text
        let file = Data(try Repository.File(path: "limits.json").text.utf8)
        let limits =
            try JSONSerialization.jsonObject(with: file) as? [String: [String: [String: Any]]]
        let plans = try #require(limits?["plans"])
        let names = ["anonymous", "free", "pro", "enterprise"]
        #expect(Set(plans.keys) == Set(names))
        for key in try #require(plans["free"]).keys.sorted() {
            let cells = names.map { Self.cell(plans[$0]?[key]) }
            #expect(page.contains("| `\(key)` | \(cells.joined(separator: " | ")) |"), "\(key)")
        }
    }

    /// Returns a value in the table's notation: default and ceiling, a single number if they are
    /// equal, and a dash if there is none.
    private static func cell(_ value: Any?) -> String {
        switch value {
        case let range as [String: Int]:
            let (standard, ceiling) = (range["default"], range["ceiling"])
            return standard == ceiling ? cell(ceiling) : "\(cell(standard)) / \(cell(ceiling))"
        case let number as Int: return "\(number)"
        default: return "–"
        }
    }

    @Test func `every test target has tests`() throws {
        let manifest = try Repository.File(path: "Package.swift").text
        let targets = manifest.matches(of: /testTarget\(\s*name:\s*"(\w+)"/).map { String($0.1) }
        #expect(targets.contains("ArchitectureTests"))
        for target in targets {
            let files = try Repository.files("Tests", ["swift"]).filter { $0.target == target }
            let count = try files.reduce(0) { count, file in
                try count + file.source.code.ranges(of: "@Test").count
            }
            #expect(count > 0, "\(target)")
        }
        let folders = Set(try Repository.files("Tests", ["swift"]).map(\.target))
        // What tests of several targets share is no test.
        let shared = manifest.matches(of: /path: "Tests\/(\w+)"/).map { String($0.1) }
        #expect(shared.contains("TestSupport"))
        #expect(folders.subtracting(shared) == Set(targets))
    }

    @Test func `every target opens with a comment that says what it is`() throws {
        let files = try Repository.files("Sources", ["swift", "h"])
        for target in Set(files.map(\.target)) {
            let opens = try files.filter { $0.target == target }
                .contains { try $0.text.hasPrefix("// Target `\(target)`: ") }
            #expect(opens, "\(target)")
        }
    }

    @Test func `every file that the documents name is there`() throws {
        let documents =
            try Repository.files("docs", ["md"]) + [Repository.File(path: "CONTRIBUTING.md")]
        let files =
            try Repository.files("Sources", ["swift", "c"]) + Repository.files("Tests", ["swift"])
        let names = Set(files.compactMap { $0.path.split(separator: "/").last.map(String.init) })
        let file = /`[A-Za-z\/]*?([A-Za-z0-9+]+\.(?:swift|c))`/
        var named: [String] = []
        for document in documents {
            named += try document.text.matches(of: file).map { String($0.1) }
        }
        #expect(named.filter { !names.contains($0) } == [])
        #expect(named.count > 30)  // else the search found too few
    }
}
