import Domain
import Foundation
import JSON

/// The body of a request for a task: the fields of an execution, the schedule, the agent and the
/// retries.
struct TaskBody: Sendable {
    var execution = ExecutionBody()
    var project: String?
    var agentID: String?
    var priority: Int?
    var runAfter: Date?
    var attemptsMax: Int?
    var retryOn: [Execution.Status]?
    var idempotencyKey: String?
    var organization: String?

    static let description = ObjectDescription.request(
        "TaskRequest",
        "The program, the schedule and the retries.",
        from: TaskBody(),
        ExecutionBody.fields.map { $0.of(\.execution) } + [
            Field(
                "project_id",
                \.project,
                optional: .text(
                    "The project; the other fields are merged into it.",
                    example: "prj_01m7y99nan8h4qysw2gw961my1"
                )
            ), Field("agent_id", \.agentID, optional: .agentID),
            Field("priority", \.priority, optional: .priority),
            Field("run_after", \.runAfter, optional: .runAfter),
            Field("max_attempts", \.attemptsMax, optional: .attemptsMax),
            Field("retry_on", \.retryOn, optional: .retryOn),
            Field("idempotency_key", \.idempotencyKey, optional: .idempotencyKey),
            Field(
                "organization_id",
                \.organization,
                optional: .text("The organization of the task; only with the dispatcher's secret.")
            ),
        ],
        rules: [
            .init(
                name: "allOf",
                value: [ofProjectOrComplete, ExecutionBody.runsCarryTheirInput]
            )
        ]
    )

    private static let ofProjectOrComplete: JSONValue = [
        "anyOf": [
            [
                "title": "of a project", "required": ["project_id"],
                "properties": ["project_id": ["type": "string"]],
                "not": [
                    "required": ["code", "files"],
                    "properties": ["code": ["type": "string"], "files": ["type": "array"]],
                ],
            ],
            [
                "title": "complete", "required": ["language"],
                "properties": ["language": ["type": "string"]],
                "allOf": [ExecutionBody.oneSource],
            ],
        ]
    ]
}

// The values that a task's body and its answer share.

extension Codec<String> {
    static var agentID: Codec {
        let charactersMax = TaskOrder.agentIDCharactersMax
        return Codec.text(
            "a name of the agent",
            min: 1,
            max: charactersMax,
            bytesMax: .max,
            pattern: "^[ -~]+$",
            example: "planner"
        ).checked { text, path throws(APIError) in
            let isPrintable = text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
            guard isPrintable, (1...charactersMax).contains(text.utf8.count) else {
                throw .field(
                    path,
                    "must be 1 to \(charactersMax) printable ASCII characters",
                    value: .string(text),
                    limit: JSONValue(charactersMax)
                )
            }
        }
    }

    fileprivate static var idempotencyKey: Codec {
        Codec.text(
            "The same as the header `Idempotency-Key`.",
            min: 1,
            max: Idempotency.keyCharactersMax,
            pattern: "^[ -~]+$"
        ).checked { text, path throws(APIError) in
            _ = try Idempotency.checked(text, at: path)
        }
    }
}

extension Codec<Int> {
    static var priority: Codec {
        .whole(
            "a higher priority runs first",
            min: Int64(TaskOrder.priorities.lowerBound),
            max: Int64(TaskOrder.priorities.upperBound),
            default: 0
        )
    }

    static var attemptsMax: Codec {
        .whole(
            "the most attempts",
            min: Int64(TaskOrder.attempts.lowerBound),
            max: Int64(TaskOrder.attempts.upperBound),
            default: Int64(TaskOrder.standardAttemptsMax)
        )
    }
}

extension Codec<[Execution.Status]> {
    static var retryOn: Codec {
        .list(
            "Failures of the program that are retried.",
            of: .choice("", TaskOrder.retryable),
            max: TaskOrder.retryable.count
        )
    }
}

extension Codec<Date> {
    /// The earliest start.
    ///
    /// A date outside the years 1970 to 9999 is moved to the nearest end of that range, since
    /// answers show years of four digits; a date in the past stays in the past.
    fileprivate static var runAfter: Codec {
        let (earliest, latest) = (
            Date(timeIntervalSince1970: 0), Date(timeIntervalSince1970: 253_402_300_799)
        )
        return Codec<String>.text(
            "The earliest start.",
            max: TimestampReader.bytesMax,
            bytesMax: .max,
            format: "date-time",
            example: "2026-11-28T06:00:00Z"
        ).map(
            { text, path throws(APIError) in
                guard let date = Timestamp.date(text) else {
                    throw .field(
                        path,
                        "must be a moment such as 2026-11-21T05:29:34Z (RFC 3339)",
                        value: .string(text)
                    )
                }
                return min(max(date, earliest), latest)
            },
            Timestamp.text
        )
    }
}
