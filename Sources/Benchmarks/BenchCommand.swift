// Target `Benchmarks`: `quicksand bench`, one file per benchmark; the sandboxes to compare with,
// load generators and reports.
// Border: a benchmark measures a server or a warden from outside, as a caller does. `quicksand`
// imports it.

package import ArgumentParser
import Commands
import Foundation

/// The command that measures the cost of a jail on this machine.
///
/// Contenders take turns (``Rounds``, slices), so that a slow phase of the machine slows all of
/// them. Every program's output is checked. The first failure ends the benchmark, so that no figure
/// rests on failed runs.
package struct BenchCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures the cost of jails on this machine.",
        discussion: """
            Examples:
              quicksand bench jail                     /bin/true in a jail, bare, and in other sandboxes
              quicksand bench http --language python   one caller, against the bare interpreter
              quicksand bench siege                    a caller's latency beside ten attacks
              quicksand bench all --output benchmarks  every benchmark, as JSON, plots and a page
              quicksand bench check                    the short form, against Benchmarks/thresholds.json
            """,
        subcommands: [
            BenchJail.self, BenchHTTP.self, BenchThroughput.self, BenchLoad.self,
            BenchFairness.self, BenchSiege.self, BenchStandby.self, BenchSoak.self, BenchAll.self,
            BenchCheck.self,
        ]
    )

    package init() {}

    /// - Throws: ``CommandError`` if the number is outside its range.
    static func check(_ number: Int, named name: String, in range: ClosedRange<Int>) throws {
        guard range.contains(number) else {
            throw CommandError(
                2,
                "--\(name) \(number) is not between \(range.lowerBound) and \(range.upperBound)"
            )
        }
    }

    static func checkRounds(_ rounds: Int) throws {
        try check(rounds, named: "rounds", in: 1...100_000)
    }
}

/// A benchmark with all of its settings.
protocol Benchmark {
    /// - Throws: ``CommandError`` if something cannot be measured, or fails once.
    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport
}

extension Benchmark {
    /// Measures, deletes the scene, and prints the report.
    @discardableResult
    func show(on machine: MachineOptions, asJSON: Bool) async throws -> BenchReport {
        let report = try await BenchScene.with { scene in
            try await measure(in: scene, on: machine)
        }
        try report.show(asJSON: asJSON)
        return report
    }
}

/// The flags for the output of a report.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Print a JSON record instead of a table.")
    var json = false
}
