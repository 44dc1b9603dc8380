import ArgumentParser
import Catalog
import Commands
import Domain
import Foundation
import WardenClient

struct BenchJail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jail",
        abstract: "Measures /bin/true in a cold jail, against bare fork+exec and other sandboxes.",
        discussion: """
            Measures bubblewrap, firejail, runsc and crun if they are installed and work; else the report says why not.
            They get namespaces and a read-only root. A jail also has a cgroup, a system call filter, Landlock and user
            numbers of its own.

            Examples:
              quicksand bench jail
              quicksand bench jail --rounds 50 --json
            """
    )

    @Option(help: "Rounds.")
    var rounds = 200

    @OptionGroup var output: ReportOptions
    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            try BenchCommand.checkRounds(rounds)
            try await JailBenchmark(rounds: rounds).show(on: machine, asJSON: output.json)
        }
    }
}

/// The time of `/bin/true` in a cold jail, through the port that the runner uses.
struct JailBenchmark: Benchmark {
    let rounds: Int

    private static let program = "/bin/true"

    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport {
        let catalog = try machine.catalog(jails: 1)
        guard let runtime = catalog.runtimes.installed.first else {
            throw CommandError(2, "no runtime is installed; quicksand runtimes says how to get one")
        }
        let session = try machine.startWarden(catalog)
        defer { session.shutDown() }
        let limits = catalog.plans.anonymous.defaults(for: runtime)
        let bare = try BareProgram([Self.program], expecting: "")
        let (peers, records) = try ComparisonSandbox.contenders(
            running: [Self.program],
            expecting: "",
            in: scene
        )
        let jail = Contender(["jail, until its verdict", "jail, until it is gone"]) {
            try await time(session, runtime, limits)
        }
        let series = try await Rounds(count: rounds).measure(
            [Contender("bare fork+exec") { try bare.time() }, jail] + peers
        )
        let bubblewrap = series.first { $0.name == "bubblewrap" }
        return BenchReport(
            "jail",
            title: "/bin/true in a cold jail",
            method:
                "\(rounds) interleaved rounds in shuffled order; ratio to the first row. \(BenchReport.ratioMeaning)",
            columns: BenchReport.Row.latencyColumns,
            rows: series.map { .init($0, to: series[0]) },
            findings: [
                BenchReport.Finding("jail-over-bare", Ratio(series[1], to: series[0])),
                BenchReport.Finding(
                    "jail-over-bubblewrap",
                    bubblewrap.flatMap { Ratio(series[1], to: $0) }
                ),
                BenchReport.Finding(
                    "jail-gone-over-bubblewrap",
                    bubblewrap.flatMap { Ratio(series[2], to: $0) }
                ),
            ],
            peers: records,
            notes: [
                "A jail has: every namespace, read-only root, own /proc and /dev, control group, system call filter, Landlock, user numbers of its own. It ends when nothing of it is left; the peers' namespaces are torn down after them by the kernel."
            ]
        )
    }

    /// Measures one jail from its order to its end: the next round begins when the jail is gone.
    private func time(
        _ session: WardenConnection,
        _ runtime: Runtime,
        _ limits: Limits
    ) async throws -> [Double] {
        let spec = JailSpec(runtime: runtime.number, profile: .strict, files: [], limits: limits)
        let stage = StageSpec(
            arguments: [Self.program],
            environment: [:],
            limits: limits
        )
        let start = ContinuousClock.now
        let jail = try await session.open(spec)
        defer { jail.close() }
        let report = try await jail.run(stage)
        let verdict = start.duration(to: .now)
        jail.close()
        await session.waitUntilEmpty()
        let gone = start.duration(to: .now)
        guard report.result.verdict == .exited(code: 0) else {
            let said = String(decoding: report.result.stderr.bytes.prefix(200), as: UTF8.self)
            throw CommandError(1, "\(Self.program) in a jail: \(report.result.verdict) \(said)")
        }
        return [verdict.inMilliseconds, gone.inMilliseconds]
    }
}
