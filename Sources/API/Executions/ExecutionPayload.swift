public import Domain
public import Foundation
import JSON

/// An execution as callers see it: in answers, in callbacks and in `quicksand run --json`;
/// `quicksand try` reads it.
///
/// The members of the last run are at the top level, so that the common case of one run needs no
/// nesting. If the caller sent `runs`, every run is in `runs`, and the members at the top are
/// empty.
public struct ExecutionPayload: Sendable {
    public internal(set) var id = ""
    public internal(set) var status = Execution.Status.queued
    var language = ""
    var version = ""
    var project: String?
    var task: String?
    /// The only run; its status is the status of the execution.
    public internal(set) var run = StagePayload()
    public internal(set) var compile: StagePayload?
    var runs: [StagePayload]?
    var files: [OutputFilePayload] = []
    public internal(set) var limits = Limits { _ in 0 }
    var attempts = 0
    var createdAt = Date.distantPast
    var startedAt: Date?
    var finishedAt: Date?
    var metadata: [String: String] = [:]
    /// Whether the outputs are not whole, in the body of a callback.
    var isCut = false

    init() {}

    init(_ summary: ExecutionSummary) {
        id = summary.id
        status = summary.status
        language = summary.language
        version = summary.version
        project = summary.project
        task = summary.task
        if let stage = summary.run { run = StagePayload(stage) }
        attempts = summary.attempts
        createdAt = summary.createdAt
        startedAt = summary.startedAt
        finishedAt = summary.finishedAt
        metadata = summary.metadata
    }

    public init(_ execution: Execution) { self.init(execution, lengthMax: .max) }

    /// - Parameter lengthMax: the length in JSON to which each output is cut.
    init(_ execution: Execution, lengthMax: Int) {
        self.init(ExecutionSummary(execution))
        let request = execution.request
        let result = execution.result
        let stage = { StagePayload($0, lengthMax: lengthMax) }
        if let last = result?.runs.last, !request.hasRuns { run = stage(last) }
        compile = result?.compile.map(stage)
        if request.hasRuns { runs = result?.runs.map(stage) }
        files = result?.files.map { OutputFilePayload($0, lengthMax: lengthMax) } ?? []
        limits = request.limits
    }

    /// The object as a JSON text in UTF-8.
    public func encoded() -> Data { Data(JSONWriter.bytes(of: json)) }

    var json: JSONValue { Self.whole.encode(self) }
}

extension ExecutionPayload {
    static let whole = ObjectDescription.answer(
        "Execution",
        "One request to run code, and its outcome. The fields of its run are at the top; with `runs`"
            + " in the request, they are empty.",
        from: ExecutionPayload(),
        heading + StagePayload.streams.map { $0.of(\.run) } + outcome + [
            Field("compile", \.compile, orNull: .object(StagePayload.compile)),
            Field(
                "runs",
                \.runs,
                orNull: .list(
                    "One per element of the request's `runs`.",
                    of: .object(StagePayload.run)
                )
            ),
            Field(
                "files",
                \.files,
                .list("The files that `outputs` names.", of: OutputFilePayload.codec)
            ),
            Field("limits", \.limits, .object(limitsHeld)),
        ] + ending
    )

    static let summary = ObjectDescription.answer(
        "ExecutionSummary",
        "An execution without output, as in lists.",
        heading + outcome + ending
    )

    static let limitsHeld = ObjectDescription.answer(
        "Limits",
        "The limits of each run.",
        from: Limits { _ in 0 },
        Limit.allCases.map {
            // A server of another release may have other limits, so a missing one is accepted.
            Field($0.rawValue, \Limits[$0], .whole($0.definition.about)).orBlank
        }
    )

    private static let heading: [Field<ExecutionPayload>] = [
        Field("id", \.id, .identifier("exe_")),
        Field("status", \.status, .choice("", Execution.Status.allCases)),
        Field("language", \.language, .text("the runtime's name")),
        Field("version", \.version, .text("the runtime's version")),
        Field("project_id", \.project, orNull: .projectAsked),
        Field("task_id", \.task, orNull: .identifier("tsk_", "the task that it belongs to")),
    ]

    private static let outcome = StagePayload.outcome.map { $0.of(\ExecutionPayload.run) }

    private static let ending: [Field<ExecutionPayload>] = [
        Field("attempts", \.attempts, .whole("how often it began")),
        Field("created_at", \.createdAt, .timestamp()),
        Field("started_at", \.startedAt, orNull: .timestamp()),
        Field("finished_at", \.finishedAt, orNull: .timestamp()),
        Field("metadata", \.metadata, .map("as in the request", of: .text())),
    ]
}

extension Codec<String> {
    /// The project that the execution or task runs.
    static var projectAsked: Codec {
        .identifier("prj_", "the project that it runs")
    }
}

extension ExecutionSummary {
    /// The form of an execution in lists: without output, since a page can have 100 executions.
    var json: JSONValue { ExecutionPayload.summary.encode(ExecutionPayload(self)) }
}
