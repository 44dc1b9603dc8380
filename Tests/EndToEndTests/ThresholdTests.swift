import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The thresholds on existing reports.
    @Suite struct Thresholds {
        private static let report = """
            {
              "benchmark": "made-up", "title": "Made up", "method": "by hand",
              "date": "2026-11-27T00:00:00Z", "version": "0", "columns": ["median_ms"],
              "machine": {
                "processor": "p|q", "architecture": "a", "cores": 2, "kernel": "k", "system": "s",
                "load": 0
              },
              "rows": [{"name": "only", "figures": {"median_ms": 1.5}}], "peers": [], "notes": [],
              "findings": [{"name": "ratio", "value": 0.5, "interval": [0.4, 0.6]}]
            }
            """

        private func check(_ thresholds: String) async throws -> CommandResult {
            var result: CommandResult?
            try await Deployment.make { folder in
                _ = try folder.write(Self.report, as: "report.json")
                let outside = folder.folder + ".thresholds"
                defer { try? FileManager.default.removeItem(atPath: outside) }
                try Data(thresholds.utf8).write(to: URL(fileURLWithPath: outside))
                result = try await quicksand([
                    "bench", "check", "--reports", folder.folder, "--thresholds", outside,
                ])
            }
            return try #require(result)
        }

        @Test(arguments: [
            ("at_most", 0.49, 1 as Int32, "MISSED"), ("at_most", 0.5, 0, "met"),
            ("at_least", 0.5, 0, "met"), ("at_least", 0.51, 1, "MISSED"),
        ])
        func `a threshold is met at its value, and missed beyond it`(
            bound: String,
            value: Double,
            code: Int32,
            verdict: String
        ) async throws {
            let result = try await check(
                #"[{"name": "ratio", "\#(bound)": \#(value), "target": "the target"}]"#
            )
            #expect(result.code == code, "\(result.stderr)")
            #expect(result.stdout.contains(verdict))
            #expect(result.stdout.contains("0.50"))
            #expect(result.stdout.contains("the target"))
        }

        @Test func `what was not measured is not met`() async throws {
            let result = try await check(#"[{"name": "other", "at_most": 9, "target": "t"}]"#)
            #expect(result.code == 1)
            #expect(result.stdout.contains("NOT MEASURED"))
        }

        @Test(arguments: [
            #"[{"name": "ratio", "target": "t"}]"#,
            #"[{"name": "ratio", "at_most": 1, "at_least": 1, "target": "t"}]"#, "[{}]", "",
        ])
        func `a threshold that says nothing is refused`(thresholds: String) async throws {
            let result = try await check(thresholds)
            #expect(result.code == 2)
            #expect(result.stderrLines.count == 1)
        }

        @Test func `the thresholds of this repository can be read, and have no report here`()
            async throws
        {
            let file = Repository.root.appendingPathComponent("Benchmarks/thresholds.json")
            let result = try await check(try String(contentsOf: file, encoding: .utf8))
            #expect(result.code == 1)
            #expect(result.stdout.contains("http-python-over-bare"))
        }

        @Test func `a page is made of the reports and nothing else`() async throws {
            try await Deployment.make { folder in
                _ = try folder.write(Self.report, as: "made-up.json")
                let result = try await quicksand([
                    "bench", "all", "--page-only", "--output", folder.folder,
                ])
                #expect(result.code == 0, "\(result.stderr)")
                let path = folder.folder + "/README.md"
                let page = try String(contentsOfFile: path, encoding: .utf8)
                for words in [
                    "## Made up", "| only | 1.50 |", "| ratio | 0.50 | (0.40–0.60) |",
                    "2026-11-27", "Linux k", "(made-up.json)",
                ] {
                    #expect(page.contains(words), "\(words)")
                }
            }
        }

        @Test(arguments: [("README.md", "# Mine"), ("mine.json", "{}")])
        func `a folder of somebody else's is left as it is`(
            name: String,
            content: String
        ) async throws {
            try await Deployment.make { folder in
                let path = try folder.write(content, as: name)
                let result = try await quicksand([
                    "bench", "all", "--quick", "--output", folder.folder,
                ])
                #expect(result.code == 2)
                #expect(result.stderrLines.count == 1)
                #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
            }
        }
    }
}
