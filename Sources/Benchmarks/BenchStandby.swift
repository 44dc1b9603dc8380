import ArgumentParser
import Commands
import Foundation
import Glibc

struct BenchStandby: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "standby",
        abstract: "Measures the memory of standby jails in an idle server.",
        discussion: """
            Reads the proportional set size (PSS) of every process in a jail from /proc/PID/smaps_rollup. Without
            --server-process, it starts a server and runs the program there first.

            Examples:
              quicksand bench standby --language python
              quicksand bench standby --server-process $(pidof quicksand) --json
            """
    )

    @Option(help: "The program: \(Workload.languages).")
    var language = "python"

    @Option(help: "The process id of a running server to measure.")
    var serverProcess: Int32?

    @OptionGroup var output: ReportOptions
    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            try await StandbyBenchmark(
                workload: try .named(language),
                serverProcess: serverProcess
            ).show(on: machine, asJSON: output.json)
        }
    }
}

/// The memory that standby jails take.
struct StandbyBenchmark: Benchmark {
    let workload: Workload
    /// `nil` for a server of the benchmark's own.
    var serverProcess: pid_t?

    private static let requests = 20
    /// For the jails of the last requests to go, and for others to be made ready.
    private static let settlingSeconds = 2.0
    private static let bytesPerMebibyte = 1_048_576.0

    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport {
        let front: pid_t
        if let serverProcess {
            front = serverProcess
        } else {
            let server = try BenchServer.start(in: scene, on: machine)
            let caller = try HTTPCaller(server.address)
            let request = try RunRequest(workload)
            for _ in 0..<Self.requests { try caller.ask(request) }
            Pause.until(.now + .seconds(Self.settlingSeconds))
            front = server.process
        }
        guard let family = ProcessFamily(front: front) else {
            throw CommandError(1, "there is no process \(front)")
        }
        let jails = Dictionary(grouping: family.jailMembers, by: \.namespace)
            .sorted { $0.key < $1.key }.map { JailMemory($0.value) }
        let isOwn = serverProcess == nil
        let name = isOwn ? "standby-\(workload.language)" : "standby"
        let total = Sample(jails.map { $0.bytes / Self.bytesPerMebibyte }).median
        return BenchReport(
            name,
            title: isOwn ? "Jails that wait, after \(workload.words)" : "The jails of a server",
            method:
                "Proportional set size of every process of every jail, one reading; the finding is the median of the jails.",
            columns: ["pss_mib", "process"],
            rows: jails.enumerated().flatMap { Self.rows($1, number: $0 + 1) },
            findings: jails.isEmpty ? [] : [BenchReport.Finding("\(name)-pss-mib", total)],
            notes: jails.isEmpty ? ["No jail is waiting."] : []
        )
    }

    private static func rows(_ jail: JailMemory, number: Int) -> [BenchReport.Row] {
        jail.parts.map { part in
            BenchReport.Row(
                "jail \(number), \(part.member.name)",
                [
                    "pss_mib": part.bytes.map { Double($0) / bytesPerMebibyte },
                    "process": Double(part.member.process),
                ]
            )
        }
    }

    /// One reading of a jail's processes, which rows and finding share: memory changes meanwhile.
    private struct JailMemory {
        let parts: [(member: ProcessFamily.JailMember, bytes: Int?)]
        var bytes: Double { parts.reduce(0) { $0 + Double($1.bytes ?? 0) } }

        init(_ members: [ProcessFamily.JailMember]) {
            parts = members.sorted { $0.process < $1.process }
                .map { ($0, $0.readProportionalBytes()) }
        }
    }
}
