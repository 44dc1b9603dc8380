import ArgumentParser
import Commands
import Foundation

struct BenchCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Runs the short form of the benchmarks and compares the ratios to thresholds.",
        discussion: """
            The thresholds are in Benchmarks/thresholds.json of the checkout. Exits with 1 if a ratio misses its threshold
            or cannot be measured.

            Examples:
              quicksand bench check
              quicksand bench check --reports docs/benchmarks       measures nothing
              quicksand bench check --thresholds mine.json --json
            """
    )

    @Option(help: "The file of thresholds.")
    var thresholds: String?

    @Option(help: "A folder of reports to compare, instead of measuring.")
    var reports: String?

    @Flag(help: "Print a JSON record instead of a table.")
    var json = false

    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            let path = thresholds ?? Installation.home + "/Benchmarks/thresholds.json"
            let thresholds = try Threshold.read(path)
            let reports = try await measured()
            let judgements = thresholds.map { Judgement($0, in: reports) }
            try show(judgements)
            let missed = judgements.count { !$0.isMet }
            guard missed == 0 else {
                throw CommandError(1, "\(missed) of \(judgements.count) thresholds are missed")
            }
        }
    }

    private func measured() async throws -> [BenchReport] {
        if let reports { return try BenchFolder(path: reports).reports() }
        var found: [BenchReport] = []
        try await BenchSuite.quick().run(on: machine) { report in
            found.append(report)
        } failed: { name, reason in
            CommandError.say("\(name): \(reason)")
        }
        return found
    }

    private func show(_ judgements: [Judgement]) throws {
        guard !json else {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            encoder.keyEncodingStrategy = .convertToSnakeCase
            return print(String(decoding: try encoder.encode(judgements), as: UTF8.self))
        }
        let heading = ["", "VALUE", "(95 %)", "THRESHOLD", "", "TARGET"]
        print(TextTable([heading] + judgements.map(\.cells)).text)
    }
}

/// The bound of one finding.
struct Threshold: Codable, Sendable {
    /// The finding's name.
    let name: String
    let atMost: Double?
    let atLeast: Double?
    /// The target, in the words of the thresholds file.
    let target: String

    /// - Throws: ``CommandError`` if the file is missing, or is not a list of names with one bound
    ///   each.
    static func read(_ path: String) throws -> [Threshold] {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw CommandError(2, "there is no file of thresholds \(path)")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let thresholds = try? decoder.decode([Threshold].self, from: content) else {
            throw CommandError(
                2,
                "\(path) is not a list of thresholds: name, at_most or at_least, target"
            )
        }
        for threshold in thresholds where (threshold.atMost == nil) == (threshold.atLeast == nil) {
            throw CommandError(2, "\(path): \(threshold.name) takes one of at_most and at_least")
        }
        return thresholds
    }

    fileprivate func isMet(by value: Double) -> Bool {
        atMost.map { value <= $0 } ?? true && atLeast.map { value >= $0 } ?? true
    }

    fileprivate var words: String {
        atMost.map { "≤ \($0.shown)" } ?? atLeast.map { "≥ \($0.shown)" } ?? ""
    }
}

/// A threshold and the finding that it bounds.
private struct Judgement: Encodable {
    let threshold: Threshold
    /// `nil` if the finding was not measured, or in too few rounds.
    let finding: BenchReport.Finding?
    let isMet: Bool

    init(_ threshold: Threshold, in reports: [BenchReport]) {
        self.threshold = threshold
        finding = reports.flatMap(\.findings).first { $0.name == threshold.name }
        isMet = finding.map { threshold.isMet(by: $0.value) } ?? false
    }

    var cells: [String] {
        let interval = finding?.intervalShown ?? ""
        let verdict = finding == nil ? "NOT MEASURED" : isMet ? "met" : "MISSED"
        return [
            threshold.name, finding?.value.shown ?? "–", interval, threshold.words, verdict,
            threshold.target,
        ]
    }
}
