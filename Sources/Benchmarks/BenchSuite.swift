import Commands

/// A list of benchmarks: the full form for publication, or the short form for a check.
struct BenchSuite {
    let benchmarks: [(name: String, benchmark: any Benchmark)]

    /// Returns the full form: enough rounds for a p99 of every finding whose p99 has a threshold.
    static func full() throws -> BenchSuite {
        let (python, typescript) = try (Workload.named("python"), Workload.named("typescript"))
        let (bash, c) = try (Workload.named("bash"), Workload.named("c"))
        return BenchSuite(benchmarks: [
            ("jail", JailBenchmark(rounds: 300)),
            ("http-python", HTTPBenchmark(workload: python, rounds: 300, hasPeers: true)),
            (
                "http-python-every-100ms",
                HTTPBenchmark(workload: python, rounds: 150, periodMilliseconds: 100)
            ),
            ("http-typescript", HTTPBenchmark(workload: typescript, rounds: 150)),
            ("http-bash", HTTPBenchmark(workload: bash, rounds: 300)),
            ("http-c", HTTPBenchmark(workload: c, rounds: 100)),
            ("throughput-python", ThroughputBenchmark(workload: python, slices: 8, seconds: 3)),
            ("throughput-bash", ThroughputBenchmark(workload: bash, slices: 8, seconds: 3)),
            ("throughput-c", ThroughputBenchmark(workload: c, slices: 8, seconds: 3)),
            ("load-python", LoadBenchmark(workload: python, seconds: 8)),
            ("load-bash", LoadBenchmark(workload: bash, seconds: 4)),
            ("fairness", FairnessBenchmark(workload: python, cycles: 10, requests: 20)),
            ("standby-python", StandbyBenchmark(workload: python)),
        ])
    }

    /// Returns the benchmarks that have thresholds, in the short form; they take a few minutes.
    static func quick() throws -> BenchSuite {
        let (python, typescript) = try (Workload.named("python"), Workload.named("typescript"))
        let (bash, c) = try (Workload.named("bash"), Workload.named("c"))
        return BenchSuite(benchmarks: [
            ("jail", JailBenchmark(rounds: 100)),
            ("http-python", HTTPBenchmark(workload: python, rounds: 150)),
            (
                "http-python-every-100ms",
                HTTPBenchmark(workload: python, rounds: 60, periodMilliseconds: 100)
            ),
            ("http-typescript", HTTPBenchmark(workload: typescript, rounds: 40)),
            ("http-c", HTTPBenchmark(workload: c, rounds: 25)),
            ("throughput-python", ThroughputBenchmark(workload: python, slices: 6, seconds: 1.5)),
            ("throughput-bash", ThroughputBenchmark(workload: bash, slices: 6, seconds: 1)),
            ("throughput-c", ThroughputBenchmark(workload: c, slices: 6, seconds: 1)),
            ("fairness", FairnessBenchmark(workload: python, cycles: 5, requests: 15)),
            ("standby-python", StandbyBenchmark(workload: python)),
        ])
    }

    /// Runs one benchmark after another, each in a scene of its own.
    ///
    /// A benchmark that cannot be measured here is reported to `failed`, and the other benchmarks
    /// go on.
    func run(
        on machine: MachineOptions,
        done: (BenchReport) throws -> Void,
        failed: (_ name: String, _ reason: String) -> Void
    ) async throws {
        for (name, benchmark) in benchmarks {
            do {
                let report = try await BenchScene.with { scene in
                    try await benchmark.measure(in: scene, on: machine)
                }
                try done(report)
            } catch let stop as CommandError {
                failed(name, stop.description)
            }
        }
    }
}
