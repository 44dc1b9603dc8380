import ArgumentParser
import Commands
import Foundation

struct BenchHTTP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "Measures one caller over HTTP, against the bare program.",
        discussion: """
            Sends one request after another on one connection. Without --url, it starts a server without quotas for anonymous
            callers, and stops it at the end. For a compiled language, each round sends a new program and then the same
            program again.

            Examples:
              quicksand bench http
              quicksand bench http --language typescript --rounds 50 --bare-only
              quicksand bench http --every 100
              quicksand bench http --url http://127.0.0.1:8080 --key $KEY --rounds 50
            """
    )

    @Option(help: "Rounds.")
    var rounds = 200

    @Option(help: "The program: \(Workload.languages).")
    var language = "python"

    @Option(help: "Milliseconds between requests; by default none.")
    var every: Int?

    @Flag(help: "Leave other sandboxes out.")
    var bareOnly = false

    @Option(help: "A running server, such as http://127.0.0.1:8080.")
    var url: String?

    @Option(
        help:
            "A key of that server with projects:write, for POST /executions in place of the try-it endpoint."
    )
    var key: String?

    @OptionGroup var output: ReportOptions
    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            try BenchCommand.checkRounds(rounds)
            if let every { try BenchCommand.check(every, named: "every", in: 1...60_000) }
            guard key == nil || url != nil else { throw CommandError(2, "--key needs --url") }
            try await HTTPBenchmark(
                workload: try .named(language),
                rounds: rounds,
                periodMilliseconds: every,
                hasPeers: !bareOnly && every == nil,
                server: try url.map { try HTTPAddress($0) },
                key: key
            ).show(on: machine, asJSON: output.json)
        }
    }
}

/// The latency of one caller, who sends one request after another.
struct HTTPBenchmark: Benchmark {
    let workload: Workload
    let rounds: Int
    var periodMilliseconds: Int?
    var hasPeers = false
    /// The server to measure; `nil` for a server that the benchmark starts.
    var server: HTTPAddress?
    var key: String?

    private var name: String {
        "http-\(workload.language)" + (periodMilliseconds.map { "-every-\($0)ms" } ?? "")
    }

    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport {
        let bare = try workload.bare(on: machine, in: scene)
        let address = try server ?? BenchServer.start(in: scene, on: machine).address
        let caller = try HTTPCaller(address, key: key)
        let rounds = Rounds(count: rounds, periodMilliseconds: periodMilliseconds)
        return bare.compile == nil
            ? try await measureInterpreted(bare, caller, rounds, in: scene)
            : try await measureCompiled(bare, caller, rounds)
    }

    private func measureInterpreted(
        _ bare: Bare,
        _ caller: HTTPCaller,
        _ rounds: Rounds,
        in scene: BenchScene
    ) async throws -> BenchReport {
        let program = try bare.started(expecting: workload.expected)
        let request = try RunRequest(workload)
        let (peers, records) =
            hasPeers
            ? try ComparisonSandbox.contenders(
                running: bare.program,
                environment: bare.environment,
                expecting: workload.expected,
                in: scene
            ) : ([], [])
        let served = Contender(["POST \(HTTPCaller.path(key: key))", "of it, the program"]) {
            let answer = try caller.ask(request)
            return [answer.milliseconds, answer.stageMilliseconds]
        }
        let series = try await rounds.measure(
            [Contender("bare \(workload.language)") { try program.time() }, served] + peers
        )
        return report(
            bare,
            series,
            [
                BenchReport.Finding("\(name)-over-bare", Ratio(series[1], to: series[0])),
                BenchReport.Finding(
                    "\(name)-p99-over-median",
                    Ratio(quantile: 0.99, toMedianOf: series[1])
                ),
            ],
            records
        )
    }

    private func measureCompiled(
        _ bare: Bare,
        _ caller: HTTPCaller,
        _ rounds: Rounds
    ) async throws -> BenchReport {
        let program = try bare.started(expecting: workload.expected)
        guard let compiler = try bare.compiler() else {
            throw CommandError(1, "there is no compiler")
        }
        var number = 0
        let served = Contender(["POST, its first run", "POST, the same again"]) {
            number += 1
            let request = try RunRequest(workload.variant(number))
            let first = try caller.ask(request)
            return [first.milliseconds, try caller.ask(request).milliseconds]
        }
        let series = try await rounds.measure([
            Contender("bare \(workload.language), compiled before") { try program.time() },
            Contender("bare compiler, then the program") {
                try compiler.time() + program.time()
            },
            served,
        ])
        return report(
            bare,
            series,
            [
                BenchReport.Finding("\(name)-again-over-first", Ratio(series[3], to: series[2])),
                BenchReport.Finding("\(name)-first-over-bare", Ratio(series[2], to: series[1])),
                BenchReport.Finding("\(name)-again-over-bare", Ratio(series[3], to: series[0])),
            ],
            []
        )
    }

    private func report(
        _ bare: Bare,
        _ series: [Series],
        _ findings: [BenchReport.Finding?],
        _ records: [ComparisonRecord]
    ) -> BenchReport {
        let order = periodMilliseconds.map { "each once every \($0) ms" } ?? "in shuffled order"
        return BenchReport(
            name,
            title: "\(workload.words) over HTTP, one caller",
            method:
                "\(rounds) interleaved rounds, \(order); ratio to the first row. \(BenchReport.ratioMeaning)",
            columns: BenchReport.Row.latencyColumns,
            rows: series.map { .init($0, to: series[0]) },
            findings: findings,
            peers: records,
            notes: [bare.remark]
        )
    }
}
