import ArgumentParser
import Catalog
import Commands
import Domain
import Foundation

struct BenchSoak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Runs honest and hostile programs for minutes, at full concurrency.",
        discussion: """
            Starts its own server on a free port with a temporary folder, and checks every answer. Exits with 1 after a
            wrong verdict, or if anything of a jail is left at the end. Every run has the same order of programs.

            Examples:
              quicksand bench soak --minutes 10
              quicksand bench soak --minutes 3 --concurrency 16 --json
            """
    )

    @Option(help: "Minutes to run.")
    var minutes = 10

    @Option(help: "Callers; by default two per jail.")
    var concurrency: Int?

    @Option(help: "Executions that run at once; by default the number of processors.")
    var jails: Int?

    @Flag(help: "Print a JSON record instead of a table.")
    var json = false

    @OptionGroup var machine: MachineOptions

    private static let seed: UInt64 = 20_261_121
    private static let drainSeconds = 20.0

    func run() async throws {
        try await CommandError.report {
            let jails = jails ?? ProcessInfo.processInfo.activeProcessorCount
            let callers = concurrency ?? jails * 2
            guard (1...1_440).contains(minutes) else {
                throw CommandError(2, "--minutes \(minutes) is not between 1 and 1440")
            }
            guard (1...120).contains(jails), (1...480).contains(callers) else {
                throw CommandError(2, "--jails takes 1 to 120 and --concurrency 1 to 480")
            }
            let deck = try deck()
            try await BenchScene.with { scene in
                let server = try BenchServer.start(
                    in: scene,
                    on: machine,
                    // One caller may fill a quarter of the queue, and all callers of the soak share
                    // one key.
                    flags: ["--jails", "\(jails)", "--queue", "\(max(64, callers * 4))"]
                )
                try soak(server, deck, in: scene, callers: callers)
            }
        }
    }

    private func deck() throws -> Deck<SoakProgram> {
        let installed = Set(try machine.catalog(jails: 1).runtimes.installed.map(\.name))
        let (able, lacking) = (
            SoakProgram.all.filter { installed.contains($0.language) },
            Set(SoakProgram.all.map(\.language)).subtracting(installed)
        )
        if !lacking.isEmpty { say("without \(lacking.sorted().joined(separator: ", "))\n") }
        guard let deck = Deck(able.map { ($0, $0.weight) }, seed: Self.seed) else {
            throw CommandError(2, "no runtime is installed; quicksand runtimes says how to get one")
        }
        return deck
    }

    private func soak(
        _ server: BenchServer,
        _ deck: Deck<SoakProgram>,
        in scene: BenchScene,
        callers: Int
    ) throws {
        let key = try server.makeKey()
        guard let family = ProcessFamily(front: server.process) else {
            throw CommandError(1, "the benchmark's server has ended")
        }
        let groups = JailGroups(wardens: family.wardenProcesses)
        let run = SoakRun(server.address, key: key, deck)
        scene.onInterruption { run.end() }
        run.begin(callers: callers)
        let wasInterrupted: Bool
        let seconds: Double
        do {
            defer {
                run.end()
                run.waitForCallers()
            }
            wasInterrupted = try watch(run, server, groups)
            seconds = run.elapsedSeconds
        }
        let report = SoakReport(
            run.minutes,
            seconds: seconds,
            callers: callers,
            left: try drained(server, groups)
        )
        try report.show(asJSON: json)
        for complaint in run.complaints { say("wrong: \(complaint)\n") }
        guard !wasInterrupted else { throw CommandError.interrupted }
        guard report.wrong == 0 else { throw CommandError(1, "\(report.wrong) answers were wrong") }
        guard report.left.isNothing else {
            throw CommandError(1, "jails or control groups are left")
        }
    }

    /// Takes a reading every second.
    /// - Returns: whether the soak was interrupted.
    /// - Throws: ``CommandError`` if the server ends.
    private func watch(
        _ run: SoakRun,
        _ server: BenchServer,
        _ groups: JailGroups
    ) throws -> Bool {
        for second in 1...(minutes * 60) {
            guard run.wait(untilSecond: Double(second)) else { return true }
            guard let family = ProcessFamily(front: server.process) else {
                throw CommandError(1, "the server ended after \(second) seconds")
            }
            run.note(SoakReading(family, groups))
            show(second, run)
        }
        return false
    }

    /// Waits until all jails except standby jails are gone, or until the time for that is over, and
    /// returns the jails and groups that are left.
    private func drained(_ server: BenchServer, _ groups: JailGroups) throws -> SoakReport.Left {
        let start = ContinuousClock.now
        while true {
            let standing = try server.jailsStandingBy()
            let left = SoakReport.Left(
                standingBy: standing,
                jails: max(0, (ProcessFamily(front: server.process)?.jails ?? 0) - standing),
                groups: max(0, groups.count - standing)
            )
            let isOver = start.duration(to: .now) > .seconds(Self.drainSeconds)
            if left.isNothing || isOver { return left }
            usleep(50_000)
        }
    }

    private func show(_ second: Int, _ run: SoakRun) {
        guard isatty(2) == 1 else {
            if second % 60 == 0 { say("minute \(second / 60) of \(minutes)\n") }
            return
        }
        let (count, wrong) = run.minutes.reduce((0, 0)) { ($0.0 + $1.executions, $0.1 + $1.wrong) }
        let isLast = second == minutes * 60
        say(
            isLast
                ? "\r\u{1B}[K" : "\r\(second) of \(minutes * 60) s, \(count) runs, \(wrong) wrong"
        )
    }

    private func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
