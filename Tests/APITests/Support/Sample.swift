import Domain
import Foundation
import JSON

/// Values that the tests share.
enum Sample {
    /// Noon on 2026-03-01, UTC.
    static let now = Date(timeIntervalSince1970: 1_772_366_400)

    static let ceilings = Limits(following: { limit, followed in
        switch limit {
        case .wallMilliseconds, .cpuMilliseconds: 10_000
        case .memoryBytes: 256 << 20
        case .processes, .openFiles: 64
        case .fileBytes, .workspaceBytes: 16 << 20
        case .workspaceFiles: 256
        case .stdoutBytes, .stderrBytes: 1 << 20
        case .sourceBytes: 100_000
        case .files: 10
        default: followed ?? limit.definition.least
        }
    })

    static let defaults = Limits { limit in
        switch limit {
        case .sourceBytes: 50_000
        case .files: 5
        default: ceilings[limit] / 2
        }
    }

    static let anonymous = Plan(
        name: "anonymous",
        rates: Rates(perSecond: nil, perMinute: nil, perDay: 10, concurrent: nil),
        defaults: defaults,
        ceilings: ceilings
    )

    static let free = Plan(
        name: "free",
        rates: Rates(perSecond: nil, perMinute: 60, perDay: 1_000, concurrent: 4),
        holdings: Holdings(projects: 3, unfinishedTasks: 3, keys: 12, members: 4),
        defaults: defaults,
        ceilings: ceilings
    )

    static let python = runtime("python", "3.11.2", aliases: ["py"], entry: "main.py")
    static let oldPython = runtime("python", "3.9.1", aliases: ["py"], entry: "main.py")
    static let c = Runtime(
        number: 7,
        name: "c",
        version: "12.2.0",
        aliases: [],
        entry: "main.c",
        compile: Command(words: [.literal("/usr/bin/gcc"), .entry]),
        run: Command(words: [.literal("./program"), .arguments]),
        environment: [:],
        defaults: [:],
        compileDefaults: [.memoryBytes: 200 << 20]
    )

    static let runtimes = Runtimes(
        installed: [python, oldPython, c],
        missing: [
            MissingRuntime(name: "ruby", aliases: ["rb"], installLine: "apt-get install ruby")
        ]
    )

    static func runtime(
        _ name: String,
        _ version: String,
        aliases: [String],
        entry: String
    ) -> Runtime {
        Runtime(
            number: 1,
            name: name,
            version: version,
            aliases: aliases,
            entry: entry,
            compile: nil,
            run: Command(words: [.literal("/usr/bin/\(name)"), .entry, .arguments]),
            environment: [:],
            defaults: [:],
            compileDefaults: [:]
        )
    }

    static let report = RateReport(standings: [
        RateStanding(
            policy: .perDay,
            limit: 10,
            remaining: 9,
            resetsAt: now.addingTimeInterval(3_600),
            windowSeconds: 86_400
        )
    ])

    static func stage(
        _ stdout: String,
        verdict: Verdict = .exited(code: 0),
        stderr: Data = Data()
    ) -> StageResult {
        StageResult(
            verdict: verdict,
            stdout: Output(bytes: Data(stdout.utf8)),
            stderr: Output(bytes: stderr),
            usage: Usage(wallMicroseconds: 9_812, cpuMicroseconds: 8_100, memoryBytes: 9_437_184)
        )
    }

    static let success = ExecutionResult(compile: nil, runs: [stage("2\n")], files: [])

    static func execution(
        _ id: String,
        organization: String = "org_1",
        createdAt: Date = now,
        state: Execution.State = .queued
    ) -> Execution {
        let source = SourceFile(path: "main.py", content: Data("print(2)".utf8))
        let request = ExecutionRequest(
            language: "python",
            version: "3.11.2",
            files: [source],
            entry: "main.py",
            limits: defaults,
            compileLimits: defaults
        )
        return Execution(
            id: id,
            owner: .organization(organization),
            request: request,
            createdAt: createdAt,
            state: state
        )
    }

    /// Returns a task that does not start during a test.
    static func task(_ id: String, organization: String = "org_1") -> AgentTask {
        AgentTask(
            id: id,
            organization: organization,
            order: TaskOrder(
                request: execution("exe_1").request,
                runAfter: now.addingTimeInterval(86_400)
            ),
            createdAt: now
        )
    }

    static func delivery(
        _ id: String,
        organization: String = "org_1",
        execution: String = "exe_1",
        state: Delivery.State
    ) -> Delivery {
        Delivery(
            id: id,
            organization: organization,
            subject: .execution(execution),
            url: "https://example.com/hook",
            body: Data("{}".utf8),
            createdAt: now,
            state: state,
            attempts: [
                Delivery.Attempt(
                    startedAt: now,
                    durationMilliseconds: 12,
                    outcome: .answered(status: 500)
                ),
                Delivery.Attempt(
                    startedAt: now,
                    durationMilliseconds: 3,
                    outcome: .failed(reason: "connection refused")
                ),
            ]
        )
    }
}
