import Commands
import Foundation

/// A benchmark's result: a table, and the findings, which can have thresholds.
///
/// The same value is printed, kept as JSON in `docs/benchmarks`, read from there again, and drawn.
/// A figure with too few rounds is absent, never estimated.
struct BenchReport: Codable, Sendable {
    /// The benchmark's name, such as `http-python`; also the name of its file.
    let benchmark: String
    let title: String
    /// The method of measurement, and the meaning of each figure.
    let method: String
    let date: Date
    let machine: BenchMachine
    /// The version of quicksand.
    let version: String
    /// The names of the figures, in the order of the table; a name ends in its unit.
    let columns: [String]
    let rows: [Row]
    let findings: [Finding]
    let peers: [ComparisonRecord]
    let notes: [String]

    struct Row: Codable, Sendable {
        let name: String
        let figures: [String: Double]
    }

    /// A figure with a name of its own, for a threshold.
    struct Finding: Codable, Sendable {
        let name: String
        let value: Double
        /// The 95 % bootstrap interval over the rounds.
        let interval: [Double]?

        init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value.rounded(places: 4)
            interval = nil
        }

        /// - Returns: `nil` if there is no ratio.
        init?(_ name: String, _ ratio: Ratio?) {
            guard let ratio else { return nil }
            self.name = name
            value = ratio.value.rounded(places: 4)
            interval = [ratio.low, ratio.high].map { $0.rounded(places: 4) }
        }

        var intervalShown: String {
            interval.map { "(\($0.map(\.shown).joined(separator: "–")))" } ?? ""
        }
    }

    init(
        _ benchmark: String,
        title: String,
        method: String,
        columns: [String],
        rows: [Row],
        findings: [Finding?],
        peers: [ComparisonRecord] = [],
        notes: [String] = []
    ) {
        self.benchmark = benchmark
        self.title = title
        self.method = method
        date = Date()
        machine = .current
        version = Release.version
        self.columns = columns
        self.rows = rows
        self.findings = findings.compactMap { $0 }
        self.peers = peers
        self.notes = notes
    }

    /// The meaning of `findings` and `ratio`, the same in every report.
    static let ratioMeaning =
        "A ratio is of medians over the rounds that both took part in; in parentheses is the interval of 95 of 100 bootstrap resamplings of those rounds."

    func show(asJSON: Bool) throws {
        print(asJSON ? try json : text)
    }

    // MARK: JSON

    var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.dateEncodingStrategy = .iso8601
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    init(json: Data) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .iso8601
        self = try decoder.decode(Self.self, from: json)
    }

    // MARK: Text

    /// The table's cells, heading first, for the printed text and for the page.
    var cells: [[String]] {
        let heading = [""] + columns.map { $0.replacing("_", with: " ") }
        return [heading]
            + rows.map { row in [row.name] + columns.map { row.figures[$0].shown } }
    }

    /// The findings' cells.
    var findingCells: [[String]] {
        findings.map { finding in
            [finding.name, finding.value.shown, finding.intervalShown]
        }
    }

    /// Remarks on the compared sandboxes, and other notes.
    var remarks: [String] { peers.map(\.sentence) + notes }

    private var text: String {
        let heading = cells[0].map { $0.uppercased() }
        var parts = [
            title, machine.sentence, method, "",
            TextTable([heading] + cells.dropFirst()).text,
        ]
        if !findings.isEmpty { parts += ["", TextTable(findingCells).text] }
        if !remarks.isEmpty { parts += [""] + remarks }
        return parts.joined(separator: "\n")
    }
}

extension BenchReport.Row {
    static let latencyColumns = [
        "rounds", "median_ms", "p90_ms", "p99_ms", "min_ms", "ratio", "ratio_low", "ratio_high",
    ]

    /// Makes a row of times, and of their ratio to a base.
    init(_ series: Series, to base: Series?) {
        let sample = series.sample
        let ratio = base.flatMap { Ratio(series, to: $0) }
        self.init(
            series.name,
            [
                "rounds": Double(sample.values.count),
                "median_ms": sample.quotable(0.5), "p90_ms": sample.quotable(0.9),
                "p99_ms": sample.quotable(0.99), "min_ms": sample.quotable(0),
                "ratio": ratio?.value, "ratio_low": ratio?.low, "ratio_high": ratio?.high,
            ]
        )
    }

    /// - Parameter figures: the figures; `nil` figures are left out.
    init(_ name: String, _ figures: [String: Double?]) {
        self.name = name
        self.figures = figures.compactMapValues { $0?.rounded(places: 4) }
    }
}

extension Double {
    func rounded(places: Int) -> Double {
        let factor = pow(10, Double(places))
        return (self * factor).rounded() / factor
    }

    /// The number in about three digits; whole numbers from 10 have no decimals.
    var shown: String {
        if self == rounded(), magnitude >= 10 { return String(format: "%.0f", self) }
        let places = magnitude >= 100 ? 0 : magnitude >= 10 ? 1 : magnitude >= 0.1 ? 2 : 3
        return String(format: "%.\(places)f", self)
    }
}

extension Double? {
    fileprivate var shown: String { self?.shown ?? "–" }
}
