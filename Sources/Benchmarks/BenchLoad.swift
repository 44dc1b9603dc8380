import ArgumentParser
import Commands
import Foundation

struct BenchLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Measures latency against offered load, as a table and a plot.",
        discussion: """
            The load is open loop: a Poisson process with a fixed seed sets when each request is due, and its latency counts
            from then. Without --rates, the rates end a little above the server's maximum. Bare is the same program, started
            when due by one loop per processor.

            Examples:
              quicksand bench load --svg load.svg
              quicksand bench load --language bash --rates 50,100,200,400 --seconds 5 --json
            """
    )

    @Option(help: "The program: \(Workload.languages).")
    var language = "python"

    @Option(help: "Requests per second, separated by commas.")
    var rates: String?

    @Option(help: "Seconds per rate and side.")
    var seconds = 8.0

    @Option(help: "A file for the plot.")
    var svg: String?

    @OptionGroup var output: ReportOptions
    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            guard (0.1...600).contains(seconds) else {
                throw CommandError(2, "--seconds \(seconds) is not between 0.1 and 600")
            }
            let report = try await LoadBenchmark(
                workload: try .named(language),
                rates: try ladder(),
                seconds: seconds
            ).show(on: machine, asJSON: output.json)
            guard let svg, let plot = LoadPlot(report) else { return }
            try Data(plot.svg.utf8).write(to: URL(fileURLWithPath: svg))
        }
    }

    private func ladder() throws -> [Double]? {
        try rates?.split(separator: ",").map { text in
            guard let rate = Double(text), (0.01...100_000).contains(rate) else {
                throw CommandError(2, "--rates: '\(text)' is not a number of requests per second")
            }
            return rate
        }
    }
}

/// The latency at rising request rates, up to the rate at which the queue only grows.
struct LoadBenchmark: Benchmark {
    let workload: Workload
    /// Requests per second; `nil` to derive the rates from the server's highest throughput.
    var rates: [Double]?
    let seconds: Double

    static let sandboxed = "sandboxed"
    static let bare = "bare"

    /// The load levels, as fractions of the highest throughput.
    private static let fractions = [0.1, 0.25, 0.4, 0.55, 0.7, 0.8, 0.9, 1, 1.1]
    /// The highest number of requests under way at once.
    private static let callers = 64
    private static let seed: UInt64 = 20_261_128
    private static let searchSeconds = 2.0

    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let baseline = try workload.bare(on: machine, in: scene)
        let program = try baseline.started(expecting: workload.expected)
        let programs = try (0..<processors).map { _ in try program.copy() }
        // One caller may fill a quarter of the queue, and all of these connections count as one
        // caller.
        let server = try BenchServer.start(in: scene, on: machine, flags: ["--queue", "1024"])
        let connections = try (0..<Self.callers).map { _ in try HTTPCaller(server.address) }
        let request = try RunRequest(workload)
        let ladder =
            try rates
            ?? ladder(
                upTo: LoadGenerator.rate(of: 8, seconds: min(seconds, Self.searchSeconds)) {
                    try connections[$0].ask(request)
                }
            )
        var rows: [BenchReport.Row] = []
        let progress = BenchProgress(of: ladder.count, "rate")
        for (index, rate) in ladder.enumerated() {
            progress.show(index)
            let arrivals = Arrivals(
                perSecond: rate,
                seconds: seconds,
                seed: Self.seed + UInt64(index)
            )
            let served = try LoadGenerator.openLoop(of: Self.callers, arrivals) {
                try connections[$0].ask(request)
            }
            rows.append(Self.row(Self.sandboxed, rate, served))
            let bare = try LoadGenerator.openLoop(of: processors, arrivals) {
                try programs[$0].time()
            }
            rows.append(Self.row(Self.bare, rate, bare))
        }
        progress.show(ladder.count)
        return BenchReport(
            "load-\(workload.language)",
            title: "\(workload.words): latency against offered load",
            method:
                "Open loop: Poisson arrivals of a fixed seed, \(seconds.shown) s at each rate for each side in turns, times from when each was due. At most \(Self.callers) requests under way; bare has \(processors) loops.",
            columns: [
                "offered_per_s", "done_per_s", "requests", "p50_ms", "p90_ms", "p99_ms",
            ],
            rows: rows,
            findings: [],
            notes: [baseline.remark]
        )
    }

    private func ladder(upTo capacity: Double) -> [Double] {
        Self.fractions.map { ($0 * capacity * 10).rounded() / 10 }
    }

    private static func row(
        _ name: String,
        _ rate: Double,
        _ loop: LoadGenerator.OpenLoop
    ) -> BenchReport.Row {
        let sample = Sample(loop.milliseconds)
        return .init(
            name,
            [
                "offered_per_s": rate, "done_per_s": loop.donePerSecond,
                "requests": Double(loop.milliseconds.count), "p50_ms": sample.quotable(0.5),
                "p90_ms": sample.quotable(0.9), "p99_ms": sample.quotable(0.99),
            ]
        )
    }
}

/// The plot of a load report, drawn from its figures.
struct LoadPlot {
    let svg: String

    private static let sides = [
        (LoadBenchmark.sandboxed, Plot.Hue.blue), (LoadBenchmark.bare, .vermilion),
    ]
    private static let quantiles = [("p50", false), ("p99", true)]

    /// - Returns: `nil` if the report has no points to draw.
    init?(_ report: BenchReport) {
        guard report.columns.contains("offered_per_s") else { return nil }
        let lines = Self.sides.flatMap { side, hue in
            Self.quantiles.map { quantile, isDashed in
                let points = report.rows.filter { $0.name == side }.compactMap { row in
                    row.figures["offered_per_s"].flatMap { x in
                        row.figures[quantile + "_ms"].map { (x: x, y: $0) }
                    }
                }
                return Plot.Line(
                    name: "\(side), \(quantile)",
                    hue: hue,
                    isDashed: isDashed,
                    points: points
                )
            }
        }.filter { !$0.points.isEmpty }
        guard !lines.isEmpty else { return nil }
        let points = lines.flatMap(\.points)
        svg =
            Plot(
                title: report.title,
                subtitle: "\(report.machine.sentence); \(report.day)",
                horizontal: Axis(.linear, label: "offered load (1/s)", holding: points.map(\.x)),
                vertical: Axis(.logarithmic, label: "latency (ms)", holding: points.map(\.y)),
                lines: lines
            ).svg
    }
}
