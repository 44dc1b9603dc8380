import ArgumentParser
import Commands
import Foundation

struct BenchAll: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "Runs every benchmark but the soak, and writes JSON, plots and a page.",
        discussion: """
            Takes about ten minutes; a quiet machine gives narrow intervals. The page names each benchmark that this machine
            cannot run, with the reason.

            Examples:
              quicksand bench all --output docs/benchmarks
              quicksand bench all --quick --output /tmp/benchmarks
              quicksand bench all --page-only --output docs/benchmarks
            """
    )

    @Option(help: "The folder to write; created if missing.")
    var output: String

    @Flag(help: "Run the short form, as bench check does.")
    var quick = false

    @Flag(help: "Measure nothing; write page and plots from the folder's JSON again.")
    var pageOnly = false

    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            let folder = BenchFolder(path: output)
            try folder.make()
            var missing: [String] = []
            if !pageOnly {
                try folder.clear()
                try await (quick ? BenchSuite.quick() : BenchSuite.full()).run(on: machine) {
                    report in
                    try folder.write(report)
                    try report.show(asJSON: false)
                    print()
                } failed: { name, reason in
                    missing.append("\(name) could not be measured: \(reason)")
                    CommandError.say("\(name): \(reason)")
                }
            }
            try folder.writePage(missing: missing)
            guard missing.isEmpty else {
                throw CommandError(1, "\(missing.count) could not be measured")
            }
        }
    }
}

/// A folder of reports: one JSON file for each report, its plot if it has one, and a page.
struct BenchFolder {
    let path: String

    func make() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true
            )
        } catch {
            throw CommandError(2, "--output: \(path) cannot be made: \(error.localizedDescription)")
        }
        let page = try? String(contentsOf: url("README.md"), encoding: .utf8)
        guard page?.hasPrefix(BenchPage.title) ?? true else {
            throw CommandError(2, "--output: \(path) has a README.md that is no benchmark page")
        }
    }

    /// Deletes the reports and plots of an earlier run, so that the page does not mix two runs.
    ///
    /// - Throws: ``CommandError`` if the folder has JSON that is not a report: another program may
    ///   own it.
    func clear() throws {
        for report in try reports() {
            for ending in [".json", ".svg"] {
                try? FileManager.default.removeItem(at: url(report.benchmark + ending))
            }
        }
    }

    /// - Throws: ``CommandError`` if the folder is missing, or has JSON that is not a report.
    func reports() throws -> [BenchReport] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw CommandError(2, "there is no folder \(path)")
        }
        return try names.filter { $0.hasSuffix(".json") }.sorted().map { name in
            do {
                return try BenchReport(json: Data(contentsOf: url(name)))
            } catch {
                throw CommandError(2, "\(path)/\(name) is not a benchmark report")
            }
        }
    }

    func write(_ report: BenchReport) throws {
        try Data((report.json + "\n").utf8).write(to: url(report.benchmark + ".json"))
    }

    func writePage(missing: [String]) throws {
        let reports = try reports()
        guard !reports.isEmpty else {
            throw CommandError(1, "\(path) has no report of a benchmark")
        }
        for report in reports {
            guard let plot = LoadPlot(report) else { continue }
            try Data(plot.svg.utf8).write(to: url(report.benchmark + ".svg"))
        }
        try Data(BenchPage(reports, missing: missing).markdown.utf8).write(to: url("README.md"))
    }

    private func url(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }
}
