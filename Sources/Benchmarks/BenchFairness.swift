import ArgumentParser
import Commands
import Foundation
import Synchronization

struct BenchFairness: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fairness",
        abstract: "Measures a caller's latency while another caller floods the queue.",
        discussion: """
            An anonymous caller sends one request after another: first alone, then while a caller with a key keeps the queue
            full of the same program, in turns.

            Examples:
              quicksand bench fairness
              quicksand bench fairness --cycles 4 --json
            """
    )

    @Option(help: "The program: \(Workload.languages).")
    var language = "python"

    @Option(help: "Cycles of flood and no flood.")
    var cycles = 10

    @Option(help: "Requests per part of a cycle.")
    var requests = 20

    @OptionGroup var output: ReportOptions
    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            try BenchCommand.check(cycles, named: "cycles", in: 1...1_000)
            try BenchCommand.check(requests, named: "requests", in: 1...1_000)
            try await FairnessBenchmark(
                workload: try .named(language),
                cycles: cycles,
                requests: requests
            ).show(on: machine, asJSON: output.json)
        }
    }
}

/// The latency of short programs beside a caller who keeps the queue full.
struct FairnessBenchmark: Benchmark {
    let workload: Workload
    let cycles: Int
    /// The number of requests in each half of a cycle.
    let requests: Int

    /// The number of flooding callers: below one caller's share of the queue, so that no request of
    /// the flood is refused.
    private static let floodCallers = 48

    func measure(in scene: BenchScene, on machine: MachineOptions) async throws -> BenchReport {
        let server = try BenchServer.start(in: scene, on: machine)
        let caller = try HTTPCaller(server.address)
        let key = try server.makeKey()
        let request = try RunRequest(workload)
        for _ in 0..<Rounds.warmUpsStandard { try caller.ask(request) }
        var unloaded = Series(name: "alone")
        var flooded = Series(name: "beside a flood of \(Self.floodCallers) requests")
        let progress = BenchProgress(of: cycles, "cycle")
        for cycle in 0..<cycles {
            progress.show(cycle)
            let rounds = cycle * requests..<(cycle + 1) * requests
            for round in rounds {
                unloaded.append(try caller.ask(request).milliseconds, round: round)
            }
            let flood = try Flood(server.address, key: key, request, callers: Self.floodCallers)
            defer { flood.end() }
            try flood.waitUntilFull()
            for round in rounds {
                flooded.append(try caller.ask(request).milliseconds, round: round)
            }
            flood.end()
            try flood.check()
        }
        progress.show(cycles)
        return BenchReport(
            "fairness",
            title: "\(workload.words) beside a flood",
            method:
                "\(cycles) cycles of \(requests) requests alone and \(requests) beside the flood, which is another caller's; ratio to the first row. \(BenchReport.ratioMeaning)",
            columns: BenchReport.Row.latencyColumns,
            rows: [unloaded, flooded].map { .init($0, to: unloaded) },
            findings: [
                BenchReport.Finding("fairness-flooded-over-alone", Ratio(flooded, to: unloaded))
            ]
        )
    }
}

/// A group of callers with one key; each sends its next request as soon as it has an answer.
private final class Flood: Sendable {
    private let isEnding = Mutex(false)
    private let failure = Mutex<(any Error)?>(nil)
    private let answered = DispatchSemaphore(value: 0)
    private let all = DispatchGroup()
    private let count: Int

    init(_ address: HTTPAddress, key: String, _ request: RunRequest, callers: Int) throws {
        count = callers
        let connections = try (0..<callers).map { _ in try HTTPCaller(address, key: key) }
        for caller in connections {
            all.enter()
            Thread.detachNewThread { [self] in
                ask(caller, request)
                all.leave()
            }
        }
    }

    private func ask(_ caller: HTTPCaller, _ request: RunRequest) {
        // ``waitUntilFull()`` waits for an answer: the semaphore must be signalled after a failure
        // too.
        defer { answered.signal() }
        do {
            while !isEnding.withLock({ $0 }) {
                try caller.ask(request)
                answered.signal()
            }
        } catch {
            failure.withLock { $0 = error }
        }
    }

    /// Waits for one answer per caller: by then each caller has a request in the queue.
    func waitUntilFull() throws {
        for _ in 0..<count { answered.wait() }
        try check()
    }

    func end() {
        isEnding.withLock { $0 = true }
        all.wait()
    }

    /// - Throws: the error of the caller that failed, if one did.
    func check() throws {
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
