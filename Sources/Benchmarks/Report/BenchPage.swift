import Foundation

/// The Markdown page of a folder of reports, made from the reports alone.
struct BenchPage {
    private let reports: [BenchReport]
    private let missing: [String]

    /// The page's first line.
    static let title = "# Benchmarks"

    init(_ reports: [BenchReport], missing: [String]) {
        self.reports = reports
        self.missing = missing
    }

    var markdown: String {
        let parts = [heading] + missing.map { "- \($0)" } + reports.map(section)
        return parts.joined(separator: "\n\n") + "\n"
    }

    private var heading: String {
        """
        \(Self.title)

        Made by `make bench`, which replaces this folder; the figures are those of the JSON files beside this page. Times are of one
        machine on one day: only ratios within a run mean anything elsewhere.

        \(Set(reports.map(\.machineAndDay)).sorted().map { "- \($0)" }.joined(separator: "\n"))
        """
    }

    private func section(_ report: BenchReport) -> String {
        var parts = ["## \(report.title)", report.method, Self.table(report.cells)]
        if !report.findings.isEmpty {
            parts.append(Self.table([["finding", "value", "(95 %)"]] + report.findingCells))
        }
        if !report.remarks.isEmpty {
            parts.append(report.remarks.map { "- \(Self.plain($0))" }.joined(separator: "\n"))
        }
        if LoadPlot(report) != nil {
            parts.append("![\(report.title)](\(report.benchmark).svg)")
        }
        let load = "load average before it: \(report.machine.load.shown)"
        parts.append("[\(report.benchmark).json](\(report.benchmark).json), \(load)")
        return parts.joined(separator: "\n\n")
    }

    private static func table(_ cells: [[String]]) -> String {
        var lines = cells.map { row in
            "| " + row.map(plain).joined(separator: " | ") + " |"
        }
        let rule = ["---"] + Array(repeating: "---:", count: max(0, (cells.first?.count ?? 1) - 1))
        lines.insert("|" + rule.joined(separator: "|") + "|", at: min(1, lines.count))
        return lines.joined(separator: "\n")
    }

    /// Escapes text for a Markdown table or list.
    private static func plain(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("\n", with: " ")
    }
}

extension BenchReport {
    /// The day of the run, in UTC.
    var day: String { date.formatted(.iso8601.year().month().day()) }

    fileprivate var machineAndDay: String {
        let machine = machine
        return
            "\(day): \(machine.processor), \(machine.cores) cores, \(machine.architecture), Linux \(machine.kernel), \(machine.system), quicksand \(version)"
    }
}
