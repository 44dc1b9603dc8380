import ArgumentParser
import Commands
import Foundation

struct BenchThroughput: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "throughput",
        abstract: "Measures executions per second of a saturated server, against bare fork+exec.",
        discussion: """
            Each caller sends its next request as soon as it has an answer. Bare is one loop per processor that starts the
            program. The two sides take turns, a slice each.

            Examples:
              quicksand bench throughput
              quicksand bench throughput --language c --slices 10 --seconds 2
            """
    )

    @Option(help: "The program: \(Workload.languages).")
    var language = "python"

    @Option(help: "Slices per side.")
    var slices = 8

    @Option(help: "Seconds per slice.")
    var seconds = 3.0

    @Option(help: "Callers.")
    var callers = 8

    @OptionGroup var output: ReportOptions
    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            try BenchCommand.check(slices, named: "slices", in: 1...1_000)
            try BenchCommand.check(callers, named: "callers", in: 1...64)
            guard (0.05...600).contains(seconds) else {
                throw CommandError(2, "--seconds \(seconds) is not between 0.05 and 600")
            }
            try await ThroughputBenchmark(
                workload: try .named(language),
                slices: slices,
                seconds: seconds,
                callers: callers
            ).show(on: machine, asJSON: output.json)
        }
    }
}

/// The highest number of executions per second.
struct ThroughputBenchmark: Benchmark {
    let workload: Workload
    let slices: Int
    let seconds: Double
    var callers = 8

    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let bare = try workload.bare(on: machine, in: scene)
        let program = try bare.started(expecting: workload.expected)
        let programs = try (0..<processors).map { _ in try program.copy() }
        let server = try BenchServer.start(in: scene, on: machine)
        let connections = try (0..<callers).map { _ in try HTTPCaller(server.address) }
        let request = try RunRequest(workload)
        // A slice is a round: the sides run in shuffled order, and are paired for the ratio.
        let series = try await Rounds(count: slices, warmUps: 1).measure([
            Contender("bare fork+exec, \(processors) loops") {
                try LoadGenerator.rate(of: processors, seconds: seconds) { try programs[$0].time() }
            },
            Contender("POST \(HTTPCaller.path(key: nil)), \(callers) callers") {
                try LoadGenerator.rate(of: callers, seconds: seconds) {
                    try connections[$0].ask(request)
                }
            },
        ])
        let name = "throughput-\(workload.language)"
        return BenchReport(
            name,
            title: "\(workload.words), saturated",
            method:
                "\(slices) slices of \(seconds.shown) s for each side, in turns; ratio to the first row. \(BenchReport.ratioMeaning)",
            columns: [
                "slices", "median_per_s", "min_per_s", "max_per_s", "ratio", "ratio_low",
                "ratio_high",
            ],
            rows: series.map { Self.row($0, to: series[0]) },
            findings: [BenchReport.Finding("\(name)-over-bare", Ratio(series[1], to: series[0]))],
            notes: [bare.remark]
        )
    }

    private static func row(_ series: Series, to base: Series) -> BenchReport.Row {
        let (sample, ratio) = (series.sample, Ratio(series, to: base))
        return .init(
            series.name,
            [
                "slices": Double(sample.values.count), "median_per_s": sample.quotable(0.5),
                "min_per_s": sample.quotable(0), "max_per_s": sample.quotable(1),
                "ratio": ratio?.value, "ratio_low": ratio?.low, "ratio_high": ratio?.high,
            ]
        )
    }
}
