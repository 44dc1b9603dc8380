import ArgumentParser
import Commands
import Foundation

struct BenchSiege: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "siege",
        abstract: "Measures a caller's latency while others attack the server.",
        discussion: """
            A caller with a key sends one short program after another: first alone, then beside each attack at full strength. The
            table has its latency, the slowest answer of /health/live, and the peak of the front's memory.

            Examples:
              quicksand bench siege
              quicksand bench siege --seconds 30 --json
              quicksand bench siege --attack strangers --attack locks
            """
    )

    @Option(help: "The attack; repeatable; all by default: \(SiegeAttack.names).")
    var attack: [String] = []

    @Option(help: "Seconds of each attack.")
    var seconds = 10

    @OptionGroup var output: ReportOptions
    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            try BenchCommand.check(seconds, named: "seconds", in: 1...600)
            let chosen = try attack.isEmpty ? SiegeAttack.all : attack.map(SiegeAttack.named)
            try await SiegeBenchmark(attacks: chosen, seconds: seconds)
                .show(on: machine, asJSON: output.json)
        }
    }
}

/// The latency of a caller beside attacks, and what they cost the server.
struct SiegeBenchmark: Benchmark {
    let attacks: [SiegeAttack]
    /// The length of each attack; the caller alone has as long.
    let seconds: Int

    /// The addresses of the attackers: an ordinary one, and a proxy's for crowds.
    static let attacker = "127.0.0.2"
    static let proxy = "127.0.0.3"

    private static let columns = [
        "rounds", "median_ms", "p99_ms", "failed", "median_ratio", "p99_ratio", "health_max_ms",
        "front_mib", "warden_mib",
    ]

    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport {
        let server = try BenchServer.start(
            in: scene,
            on: machine,
            flags: [
                "--trusted-proxies", Self.proxy, "--callback-allow", "127.0.0.0/8",
                "--sign-ups-per-day", "0",
            ],
            keepsRates: true
        )
        let target = SiegeTarget(server.address, key: try server.makeKey(plan: "pro"))
        let neighbour = try SiegeNeighbour(server, key: try server.makeKey())
        let progress = BenchProgress(of: attacks.count + 1, "attack")
        progress.show(0)
        let alone = try neighbour.measure(for: seconds)
        var rows = [row("nobody", alone, to: alone)]
        for (index, attack) in attacks.enumerated() {
            progress.show(index + 1)
            let siege = Siege(attack, on: target)
            let seen = Result { try neighbour.measure(for: seconds) }
            siege.end()
            rows.append(row(attack.name, try seen.get(), to: alone))
        }
        progress.show(attacks.count + 1)
        return BenchReport(
            "siege",
            title: "A caller beside attacks",
            method:
                "Each attack for \(seconds) s, the caller every 100 ms meanwhile; ratios of medians and of 99th percentiles to those of the caller alone; rates as in limits.json.",
            columns: Self.columns,
            rows: rows,
            findings: ["median_ratio", "p99_ratio", "health_max_ms", "front_mib", "warden_mib"]
                .map { column in
                    let worst = rows.compactMap { $0.figures[column] }.max() ?? 0
                    return .init("siege-worst-" + column.replacing("_", with: "-"), worst)
                }
        )
    }

    private func row(
        _ name: String,
        _ seen: SiegeNeighbour.Seen,
        to alone: SiegeNeighbour.Seen
    ) -> BenchReport.Row {
        let (sample, base) = (Sample(seen.milliseconds), Sample(alone.milliseconds))
        let (p99, baseP99) = (sample.quantile(0.99), base.quantile(0.99))
        let mebibyte = Double(1 << 20)
        let figures: [String: Double] = [
            "rounds": Double(seen.milliseconds.count), "failed": Double(seen.failed),
            "median_ms": sample.median, "p99_ms": p99,
            "median_ratio": base.median > 0 ? sample.median / base.median : 0,
            "p99_ratio": baseP99 > 0 ? p99 / baseP99 : 0, "health_max_ms": seen.healthMilliseconds,
            "front_mib": Double(seen.frontPeakBytes) / mebibyte,
            "warden_mib": Double(seen.wardenBytes) / mebibyte,
        ]
        return BenchReport.Row(name: name, figures: figures.mapValues { $0.rounded(places: 3) })
    }
}
