import EscapeCorpus
import Foundation
import Testing
import WardenUnderTest

/// The list in docs/ATTACKS.md against the existing tests.
@Suite struct AttackListTests {
    fileprivate struct Row {
        let name: String
        /// Whether the row names `corpus`; the titles are of tests.
        let isInCorpus: Bool
        let titles: [String]
    }

    private func rows() throws -> [Row] {
        let text = try String(contentsOfFile: Checkout.root + "/docs/ATTACKS.md", encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst().map { line in
            let cells = line.split(separator: "|").map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            let quoted = cells[3].split(separator: "`", omittingEmptySubsequences: false)
            return Row(
                name: cells[0],
                isInCorpus: cells[3].hasPrefix("corpus"),
                titles: quoted.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
            )
        }
    }

    /// Returns every title of a test in this repository.
    private func titles() throws -> Set<String> {
        let tests = URL(fileURLWithPath: Checkout.root + "/Tests")
        let files = FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil)
        var titles: Set<String> = []
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for part in text.components(separatedBy: "func `").dropFirst() {
                titles.insert(String(part.prefix { $0 != "`" }))
            }
        }
        return titles
    }

    @Test func `every case of the list has its tests`() throws {
        let titles = try titles()
        let rows = try rows()
        #expect(rows.count >= 40)
        let attacks = Set(Arsenal.attacks.map(\.caseName))
        for row in rows {
            #expect(row.isInCorpus || !row.titles.isEmpty, "\(row.name)")
            #expect(!row.isInCorpus || attacks.contains(row.name) || row.isForeign, "\(row.name)")
            for title in row.titles { #expect(titles.contains(title), "\(row.name): \(title)") }
        }
    }

    @Test func `every attack belongs to a case of the list`() throws {
        let listed = Set(try rows().filter(\.isInCorpus).map(\.name))
        #expect(Set(Arsenal.attacks.map(\.caseName)).subtracting(listed).isEmpty)
    }

    @Test func `no two attacks have one name`() {
        #expect(Set(Arsenal.attacks.map(\.name)).count == Arsenal.attacks.count)
    }
}

extension AttackListTests.Row {
    /// The entries of other architectures exist on x86-64 alone.
    fileprivate var isForeign: Bool { name == "entries" }
}
