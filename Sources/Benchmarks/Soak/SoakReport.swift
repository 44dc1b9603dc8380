import Commands
import Foundation

/// A soak's result: a row for each minute, and whether the minutes after the first are flat.
struct SoakReport {
    /// The largest deviation from the median, up or down, that counts as flat.
    static let tolerance = 0.05

    struct Row: Encodable {
        let minute: Int
        let seconds: Double
        let executions: Int
        let perSecond: Double
        /// The median latency of honest programs.
        let p50Ms: Double
        let p90Ms: Double
        let p99Ms: Double
        let wrong: Int
        /// Medians of the minute's readings.
        let frontMegabytes: Double
        let wardenMegabytes: Double
        let frontDescriptors: Double
        let wardenDescriptors: Double
        /// The highest number at once.
        let groups: Int
        let jailProcesses: Int

        init(_ minute: SoakRun.Minute, number: Int, seconds: Double) {
            self.minute = number
            self.seconds = seconds
            executions = minute.executions
            perSecond = seconds > 0 ? Double(minute.executions) / seconds : 0
            let times = Sample(minute.honestTimes)
            p50Ms = times.median
            p90Ms = times.quantile(0.9)
            p99Ms = times.quantile(0.99)
            wrong = minute.wrong
            func median(_ value: (SoakReading) -> Int) -> Double {
                Sample(minute.readings.map { Double(value($0)) }).median
            }
            frontMegabytes = median(\.frontBytes) / 1_048_576
            wardenMegabytes = median(\.wardenBytes) / 1_048_576
            frontDescriptors = median(\.frontDescriptors)
            wardenDescriptors = median(\.wardenDescriptors)
            groups = minute.readings.map(\.groups).max() ?? 0
            jailProcesses = minute.readings.map(\.jailProcesses).max() ?? 0
        }
    }

    let rows: [Row]
    let callers: Int
    /// The jails and groups that existed after the last execution.
    let left: Left

    struct Left: Encodable {
        /// The number of standby jails: they stay, and the other counts exclude them.
        let standingBy: Int
        let jails: Int
        let groups: Int

        var isNothing: Bool { jails == 0 && groups == 0 }
    }

    init(_ minutes: [SoakRun.Minute], seconds: Double, callers: Int, left: Left) {
        rows = minutes.enumerated().map { index, minute in
            Row(minute, number: index + 1, seconds: min(60, seconds - Double(index) * 60))
        }.filter { $0.seconds >= 1 }
        self.callers = callers
        self.left = left
    }

    var wrong: Int { rows.reduce(0) { $0 + $1.wrong } }

    /// The spread of each figure that must stay flat, over the whole minutes after the first.
    private var spreads: [(name: String, spread: Spread)] {
        let whole = rows.dropFirst().filter { $0.seconds > 59 }
        let figures: [(String, (Row) -> Double)] = [
            ("throughput", \.perSecond), ("the front's memory", \.frontMegabytes),
            ("the warden's memory", \.wardenMegabytes),
            ("the front's descriptors", \.frontDescriptors),
            ("the warden's descriptors", \.wardenDescriptors),
        ]
        return figures.compactMap { name, value in
            Spread(whole.map(value)).map { (name, $0) }
        }
    }

    /// `nil` if there are too few minutes to tell.
    var isFlat: Bool? {
        spreads.isEmpty ? nil : spreads.allSatisfy { $0.spread.isWithin(Self.tolerance) }
    }

    var sentence: String {
        guard let isFlat else {
            return "Too short to say whether it is flat: that takes three minutes."
        }
        let parts = spreads.map { name, spread in
            String(format: "%@ -%.1f/+%.1f %%", name, spread.below * 100, spread.above * 100)
        }
        let list = parts.joined(separator: ", ")
        let bound = Int(Self.tolerance * 100)
        return isFlat
            ? "Flat within ±\(bound) % of the median after the first minute: \(list)."
            : "Not flat within ±\(bound) % of the median after the first minute: \(list)."
    }

    func show(asJSON: Bool) throws {
        guard !asJSON else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.dateEncodingStrategy = .iso8601
            return print(String(decoding: try encoder.encode(record), as: UTF8.self))
        }
        let machine = BenchMachine.current
        print("\(machine.processor), \(machine.cores) cores, Linux \(machine.kernel)")
        print("\(callers) callers; milliseconds are of honest programs, memory and descriptors")
        print("are medians of a minute, groups and processes of jails the most at once")
        print()
        print(TextTable([Self.heading] + rows.map(Self.cells)).text)
        print()
        print(sentence)
        print(
            "Afterwards: \(left.jails) jails and \(left.groups) groups, "
                + "beside the \(left.standingBy) that stand by."
        )
    }

    private static let heading = [
        "MINUTE", "RUNS", "PER S", "P50", "P90", "P99", "WRONG", "FRONT MB", "WARDEN MB",
        "FRONT FDS", "WARDEN FDS", "GROUPS", "PROCESSES",
    ]

    private static func cells(_ row: Row) -> [String] {
        func text(_ value: Double, _ places: Int = 1) -> String {
            String(format: "%.\(places)f", value)
        }
        return [
            "\(row.minute)", "\(row.executions)", text(row.perSecond), text(row.p50Ms),
            text(row.p90Ms), text(row.p99Ms), "\(row.wrong)", text(row.frontMegabytes),
            text(row.wardenMegabytes, 2), text(row.frontDescriptors, 0),
            text(row.wardenDescriptors, 0), "\(row.groups)", "\(row.jailProcesses)",
        ]
    }

    private var record: Record {
        Record(
            machine: .current,
            callers: callers,
            minutes: rows,
            isFlat: isFlat,
            sentence: sentence,
            left: left
        )
    }

    private struct Record: Encodable {
        let benchmark = "soak"
        let date = Date()
        let machine: BenchMachine
        let callers: Int
        let minutes: [Row]
        let isFlat: Bool?
        let sentence: String
        let left: Left
    }
}
