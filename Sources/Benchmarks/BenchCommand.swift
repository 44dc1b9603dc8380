// Target `Benchmarks`: `quicksand bench`: one file per benchmark, the sandboxes to compare with,
// load generators and reports.
// Border: it measures a server or a warden from outside, as a caller does. `quicksand` imports it.

package import ArgumentParser
import Commands
import Foundation

/// Measures what a jail costs, on the machine that asks.
///
/// Whatever is compared takes turns (``Rounds``, slices), so that a machine that is slower for a
/// while is slower for all of it; every program's output is checked; and what failed once ends the
/// benchmark, so that no figure stands on failures.
package struct BenchCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measures the cost of jails on this machine.",
        discussion: """
            Examples:
              quicksand bench jail                     /bin/true in a jail, bare, and in other sandboxes
              quicksand bench http --language python   one caller, against the bare interpreter
              quicksand bench all --output benchmarks  every benchmark, as JSON, plots and a page
              quicksand bench check                    the short form, against Benchmarks/thresholds.json
            """,
        subcommands: [
            BenchJail.self, BenchHTTP.self, BenchThroughput.self, BenchLoad.self,
            BenchFairness.self, BenchStandby.self, BenchSoak.self, BenchAll.self, BenchCheck.self,
        ]
    )

    package init() {}

    /// - Throws: ``CommandError`` where a number is outside of its range.
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

/// One benchmark, with everything that it needs to know.
protocol Benchmark {
    /// - Throws: ``CommandError`` where something cannot be measured, or fails once.
    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport
}

extension Benchmark {
    /// Measures, clears up, and prints what was found.
    @discardableResult
    func show(on machine: MachineOptions, asJSON: Bool) async throws -> BenchReport {
        let report = try await BenchScene.with { scene in
            try await measure(in: scene, on: machine)
        }
        try report.show(asJSON: asJSON)
        return report
    }
}

/// How a benchmark's report is printed.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Print a JSON record instead of a table.")
    var json = false
}
