import Foundation
import Glibc

/// What a benchmark found: each series beside the first, which is the work with no jail.
///
/// Only ratios within one run mean anything; the machine is named so that nobody compares the
/// times of two.
struct BenchReport {
    let benchmark: String
    let rounds: Int
    let date = Date()
    let base: Series
    let others: [Series]

    struct Series {
        let name: String
        let sample: Sample
    }

    func show(asJSON: Bool) throws {
        if asJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.dateEncodingStrategy = .iso8601
            print(String(decoding: try encoder.encode(record), as: UTF8.self))
        } else {
            let machine = BenchMachine.current
            print("\(machine.processor), \(machine.cores) cores, Linux \(machine.kernel)")
            print("\(rounds) rounds, interleaved; milliseconds; ratio of medians to the first row")
            print()
            print(TextTable(rows).text)
        }
    }

    private var rows: [[String]] {
        var rows = [["", "MEDIAN", "P90", "P99", "MIN", "MORE", "RATIO", "(QUARTILES)"]]
        for (index, series) in ([base] + others).enumerated() {
            let sample = series.sample
            var row = [series.name]
            row += [sample.median, sample.quantile(0.9), sample.quantile(0.99), sample.minimum]
                .map { $0.formatted(places: 2) }
            if index > 0 {
                let comparison = sample.compared(to: base.sample)
                let quartiles = [comparison.lowerQuartile, comparison.upperQuartile]
                    .map { $0.formatted(places: 2) }
                row += [
                    comparison.difference.formatted(places: 2),
                    comparison.ratio.formatted(places: 2),
                    "(\(quartiles.joined(separator: "-")))",
                ]
            }
            rows.append(row)
        }
        return rows
    }

    private var record: Record {
        Record(
            benchmark: benchmark,
            date: date,
            machine: .current,
            rounds: rounds,
            series: ([base] + others).map { Record.Entry($0, base: base) }
        )
    }

    private struct Record: Encodable {
        let benchmark: String
        let date: Date
        let machine: BenchMachine
        let rounds: Int
        let series: [Entry]

        struct Entry: Encodable {
            let name: String
            let medianMs: Double
            let p90Ms: Double
            let p99Ms: Double
            let minMs: Double
            let moreMs: Double
            let ratio: Double
            let ratioQuartiles: [Double]

            init(_ series: Series, base: Series) {
                let comparison = series.sample.compared(to: base.sample)
                name = series.name
                medianMs = series.sample.median.rounded(places: 4)
                p90Ms = series.sample.quantile(0.9).rounded(places: 4)
                p99Ms = series.sample.quantile(0.99).rounded(places: 4)
                minMs = series.sample.minimum.rounded(places: 4)
                moreMs = comparison.difference.rounded(places: 4)
                ratio = comparison.ratio.rounded(places: 3)
                ratioQuartiles = [comparison.lowerQuartile, comparison.upperQuartile]
                    .map { $0.rounded(places: 3) }
            }
        }
    }
}

/// The machine that the figures come from.
struct BenchMachine: Encodable {
    let processor: String
    let cores: Int
    let kernel: String

    static var current: BenchMachine {
        let description = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let model = description.split(separator: "\n").first { $0.hasPrefix("model name") }
        let release = try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
        return BenchMachine(
            processor: (model?.split(separator: ":").last).map(String.init)?
                .trimmingCharacters(in: .whitespaces) ?? "unknown processor",
            cores: ProcessInfo.processInfo.activeProcessorCount,
            kernel: release?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
        )
    }
}

/// The count of rounds on standard error, where somebody watches it.
struct BenchProgress {
    private let isShown = isatty(2) == 1
    let rounds: Int

    func show(_ round: Int) {
        guard isShown else { return }
        let text = round < rounds ? "\rround \(round + 1) of \(rounds)" : "\r\u{1B}[K"
        FileHandle.standardError.write(Data(text.utf8))
    }
}

extension Double {
    fileprivate func rounded(places: Int) -> Double {
        let factor = pow(10, Double(places))
        return (self * factor).rounded() / factor
    }

    fileprivate func formatted(places: Int) -> String { String(format: "%.\(places)f", self) }
}
