import ArgumentParser
import Catalog
import Domain
import Foundation
import WardenClient

/// Measures what a jail costs, on the machine that asks.
///
/// Whatever is compared takes turns, one round after another, so that a machine that is slower for
/// a while is slower for all of it.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures what jails cost on this machine.",
        subcommands: [BenchJail.self, BenchHTTP.self]
    )

    /// Rounds before the ones that count: caches, page tables and cgroup structures fill.
    static let warmUpRounds = 5

    /// - Throws: ``Stop`` where a count of rounds is none that ends.
    static func check(_ rounds: Int, named name: String) throws {
        guard (1...100_000).contains(rounds) else {
            throw Stop(2, "--\(name) \(rounds) is not between 1 and 100000")
        }
    }
}

struct BenchJail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jail",
        abstract: "A jail around /bin/true, against bare fork+exec and bubblewrap.",
        discussion: """
            Bubblewrap is measured where it is installed. It is given namespaces and a read-only root, but neither a
            cgroup nor a system call filter, both of which the jail has.
            """
    )

    @Option(help: "How many rounds.")
    var runs = 200

    @Flag(help: "Print a JSON record instead of a table.")
    var json = false

    @OptionGroup var machine: MachineOptions

    private static let bubblewrap = "/usr/bin/bwrap"
    private static let program = "/bin/true"

    func run() async throws {
        try await Stop.report {
            try BenchCommand.check(runs, named: "runs")
            let catalog = try machine.catalog(jails: 1)
            guard let runtime = catalog.runtimes.installed.first else {
                throw Stop(2, "no runtime is installed; quicksand runtimes says how to get one")
            }
            let limits = catalog.plans.anonymous.defaults(for: runtime)
            let session = try machine.startWarden(catalog)
            defer { session.shutDown() }
            try await measure(
                session,
                JailOrder(runtime: runtime.number, profile: .strict, files: [], limits: limits),
                StageOrder(
                    arguments: [Self.program],
                    environment: [:],
                    stdin: Data(),
                    limits: limits
                )
            ).show(asJSON: json)
        }
    }

    private func measure(
        _ session: WardenSession,
        _ order: JailOrder,
        _ stage: StageOrder
    ) async throws -> BenchReport {
        let bare = try BareProgram([Self.program])
        let bubblewrap = try bubblewrapped()
        var bareTimes: [Double] = []
        var bubblewrapTimes: [Double] = []
        var jailTimes: [(opened: Double, verdict: Double, closed: Double)] = []
        let progress = BenchProgress(rounds: runs)
        for round in -BenchCommand.warmUpRounds..<runs {
            if round >= 0 { progress.show(round) }
            let bareTime = try bare.time()
            let bubblewrapTime = try bubblewrap?.time()
            let jailTime = try await time(session, order, stage)
            guard round >= 0 else { continue }
            bareTimes.append(bareTime)
            if let bubblewrapTime { bubblewrapTimes.append(bubblewrapTime) }
            jailTimes.append(jailTime)
        }
        progress.show(runs)
        var others: [BenchReport.Series] = [
            .init(name: "jail, until it is open", sample: Sample(jailTimes.map(\.opened))),
            .init(name: "jail, until its verdict", sample: Sample(jailTimes.map(\.verdict))),
            .init(name: "jail, until it is gone", sample: Sample(jailTimes.map(\.closed))),
        ]
        if bubblewrap != nil {
            let sample = Sample(bubblewrapTimes)
            others.insert(.init(name: "bwrap --unshare-all", sample: sample), at: 0)
        }
        return BenchReport(
            benchmark: "jail",
            rounds: runs,
            base: .init(name: "bare fork+exec", sample: Sample(bareTimes)),
            others: others
        )
    }

    private func bubblewrapped() throws -> BareProgram? {
        guard FileManager.default.isExecutableFile(atPath: Self.bubblewrap) else { return nil }
        return try BareProgram([
            Self.bubblewrap, "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev",
            "--proc", "/proc", Self.program,
        ])
    }

    /// One jail, from the order to its end: the next round begins when nothing of it is left.
    private func time(
        _ session: WardenSession,
        _ order: JailOrder,
        _ stage: StageOrder
    ) async throws -> (opened: Double, verdict: Double, closed: Double) {
        let start = ContinuousClock.now
        let jail = try await session.open(order)
        defer { jail.close() }
        let opened = start.duration(to: .now)
        let report = try await jail.run(stage)
        let verdict = start.duration(to: .now)
        jail.close()
        await session.waitUntilEmpty()
        let closed = start.duration(to: .now)
        guard report.result.verdict == .exited(code: 0) else {
            let said = String(decoding: report.result.stderr.bytes.prefix(200), as: UTF8.self)
            throw Stop(1, "\(Self.program) in a jail: \(report.result.verdict) \(said)")
        }
        return (opened.inMilliseconds, verdict.inMilliseconds, closed.inMilliseconds)
    }
}
