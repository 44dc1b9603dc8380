import Domain
import Foundation
import JSON

/// The examples of the documentation.
///
/// The payloads' own writers produce the answers, so the examples match the server's answers.
enum Example {
    static let request: JSONValue = [
        "language": "python", "code": "print(input()[::-1])", "stdin": "sand",
        "limits": ["wall_ms": .integer(1_000)], "metadata": ["job": "17"],
    ]

    static let trial: JSONValue = ["language": "python", "code": "print(6 * 7)"]

    static let execution = ExecutionPayload(endedExecution).json
    static let summary = ExecutionSummary(endedExecution).json
    static let queued = ExecutionPayload(execution(.queued, attempts: 0)).json
    static let cancelled = ExecutionPayload(
        execution(.cancelled(startedAt: nil, finishedAt: finishedAt), attempts: 0)
    ).json

    static let runtime: JSONValue = [
        "name": "python", "version": "3.11.2", "aliases": ["py", "python3"], "compiled": false,
        "entry": "main.py", "installed": true,
    ]

    static let missingRuntime: JSONValue = [
        "name": "ruby", "version": .null, "aliases": ["rb"], "compiled": .null, "entry": .null,
        "installed": false, "install": "apt-get install ruby",
    ]

    static let delivery = DeliverySummary(
        id: "msg_01m7y99nyqtjcddhs325ww4j2k",
        organization: "org_01m7y99na36pfjsmd1a1a162hm",
        subject: .execution(executionID),
        url: "https://example.com/done",
        createdAt: finishedAt,
        state: .delivered(at: finishedAt.addingTimeInterval(0.042)),
        attempts: [
            .init(startedAt: finishedAt, durationMilliseconds: 42, outcome: .answered(status: 204))
        ]
    ).json

    static let usage = Plan(
        name: "free",
        rates: Rates(perSecond: nil, perMinute: 60, perDay: 1_000, concurrent: nil),
        defaults: limits,
        ceilings: limits
    ).usage(
        RateReport(standings: [
            RateStanding(
                policy: .perDay,
                limit: 1_000,
                remaining: 958,
                resetsAt: createdAt.addingTimeInterval(66_625.290),
                windowSeconds: 86_400
            )
        ])
    )
}

extension Example {
    private static let executionID = "exe_01m7y99nan8h4qysw2gw961my1"
    /// 05:29:34.710 on 2026-11-21, UTC.
    static let createdAt = Date(timeIntervalSince1970: 1_795_238_974.710)
    private static let finishedAt = createdAt.addingTimeInterval(0.022)

    private static let limits = Limits(following: { limit, followed in
        switch limit {
        case .wallMilliseconds: 1_000
        case .cpuMilliseconds: 5_000
        case .memoryBytes: 256 << 20
        case .processes, .files: 64
        case .openFiles: 256
        case .fileBytes: 32 << 20
        case .workspaceBytes: 64 << 20
        case .workspaceFiles: 4_096
        case .stdoutBytes, .stderrBytes: 1 << 20
        case .sourceBytes: 4 << 20
        default: followed ?? limit.definition.least
        }
    })

    static let endedExecution: Execution = execution(
        .finished(
            ExecutionResult(
                compile: nil,
                runs: [
                    StageResult(
                        verdict: .exited(code: 0),
                        stdout: Output(bytes: Data("dnas\n".utf8)),
                        stderr: Output(),
                        usage: Usage(
                            wallMicroseconds: 9_812,
                            cpuMicroseconds: 8_100,
                            memoryBytes: 9_437_184
                        )
                    )
                ],
                files: []
            ),
            startedAt: createdAt,
            finishedAt: finishedAt
        ),
        attempts: 1
    )

    private static func execution(_ state: Execution.State, attempts: Int) -> Execution {
        Execution(
            id: executionID,
            owner: .organization("org_01m7y99na36pfjsmd1a1a162hm"),
            request: ExecutionRequest(
                language: "python",
                version: "3.11.2",
                files: [],
                entry: "main.py",
                limits: limits,
                compileLimits: limits,
                metadata: ["job": "17"]
            ),
            createdAt: createdAt,
            state: state,
            attempts: attempts
        )
    }
}
