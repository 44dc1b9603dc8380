public import Domain
public import Foundation

/// An execution as callers see it, in answers, in callbacks and in `quicksand run --json`.
///
/// The members of the last run stand at the top, so that the common case of one program and one run
/// reads flat. Where the caller sent `runs`, every run is in `runs`, and the members at the top are
/// empty.
public struct ExecutionPayload: Sendable {
    private let execution: Execution
    private let summary: ExecutionSummary

    public init(_ execution: Execution) {
        self.execution = execution
        summary = ExecutionSummary(execution)
    }

    /// The object as a JSON text in UTF-8.
    public func encoded() -> Data { Data(JSONWriter.bytes(of: json)) }

    var json: JSONValue {
        let request = execution.request
        let result = execution.result
        let run = request.hasRuns ? nil : result?.runs.last
        let runs = request.hasRuns ? result.map { JSONValue.array($0.runs.map(stage)) } : nil
        return .object(
            summary.heading + StageMembers(run).members + [
                .init(name: "compile", value: result?.compile.map(compile) ?? .null),
                .init(name: "runs", value: runs ?? .null),
                .init(name: "files", value: .array((result?.files ?? []).map(file))),
                .init(name: "limits", value: limits),
            ] + summary.ending
        )
    }

    private var limits: JSONValue {
        .object(
            Limit.allCases.map {
                .init(name: $0.rawValue, value: .integer(execution.request.limits[$0]))
            }
        )
    }

    private func stage(_ result: StageResult) -> JSONValue { .object(members(of: result)) }

    private func compile(_ result: StageResult) -> JSONValue {
        .object(members(of: result) + [.init(name: "cached", value: .bool(result.isCached))])
    }

    private func members(of result: StageResult) -> [JSONValue.Member] {
        let status = JSONValue.string(result.verdict.status.rawValue)
        return [.init(name: "status", value: status)] + StageMembers(result).members
    }

    private func file(_ file: OutputFile) -> JSONValue {
        switch file.content {
        case .bytes(let data):
            let text = EncodedBytes(data)
            return [
                "path": .string(file.path), "content": .string(text.content),
                "encoding": .string(text.encoding), "bytes": JSONValue(data.count),
            ]
        case .refused(let refusal):
            return [
                "path": .string(file.path), "content": .null, "encoding": .null, "bytes": .null,
                "error": .string(refusal.rawValue),
            ]
        }
    }
}

extension ExecutionSummary {
    /// For lists, where a hundred outputs would be too much of an answer.
    var json: JSONValue { .object(heading + StageEnding(run).members + ending) }

    fileprivate var heading: [JSONValue.Member] {
        [
            .init(name: "id", value: .string(id)),
            .init(name: "status", value: .string(status.rawValue)),
            .init(name: "language", value: .string(language)),
            .init(name: "version", value: .string(version)),
            .init(name: "project_id", value: JSONValue(project)),
            .init(name: "task_id", value: JSONValue(task)),
        ]
    }

    fileprivate var ending: [JSONValue.Member] {
        [
            .init(name: "attempts", value: JSONValue(attempts)),
            .init(name: "created_at", value: JSONValue(createdAt)),
            .init(name: "started_at", value: JSONValue(startedAt)),
            .init(name: "finished_at", value: JSONValue(finishedAt)),
            .init(name: "metadata", value: JSONValue(pairs: metadata)),
        ]
    }
}

/// The members that a stage and the top of an execution share.
private struct StageMembers {
    private let result: StageResult?

    init(_ result: StageResult?) { self.result = result }

    var members: [JSONValue.Member] {
        stream("stdout", result?.stdout) + stream("stderr", result?.stderr)
            + StageEnding(result.map(StageSummary.init)).members
    }

    private func stream(_ name: String, _ output: Output?) -> [JSONValue.Member] {
        let text = EncodedBytes(output?.bytes ?? Data())
        return [
            .init(name: name, value: .string(text.content)),
            .init(name: name + "_encoding", value: .string(text.encoding)),
            .init(name: name + "_truncated", value: .bool(output?.isTruncated ?? false)),
        ]
    }
}

/// How a stage ended.
private struct StageEnding {
    private let result: StageSummary?

    init(_ result: StageSummary?) { self.result = result }

    var members: [JSONValue.Member] {
        [
            .init(name: "exit_code", value: exitCode), .init(name: "signal", value: signal),
            .init(name: "usage", value: usage),
            .init(name: "refused_calls", value: refusedCalls),
        ]
    }

    private var exitCode: JSONValue {
        guard case .exited(let code)? = result?.verdict else { return .null }
        return .integer(Int64(code))
    }

    /// The signal's number.
    private var signal: JSONValue {
        guard case .signaled(let signal)? = result?.verdict else { return .null }
        return .integer(Int64(signal))
    }

    /// What the system call filter refused; where a program failed, this can be why.
    private var refusedCalls: JSONValue {
        .array((result?.refusedCalls ?? []).map { .string($0) })
    }

    private var usage: JSONValue {
        guard let usage = result?.usage else { return .null }
        return [
            "wall_ms": .number(Double(usage.wallMicroseconds) / 1_000),
            "cpu_ms": .number(Double(usage.cpuMicroseconds) / 1_000),
            "memory_bytes": .integer(usage.memoryBytes),
        ]
    }
}

/// Bytes as a JSON string can carry them: as they are where they are UTF-8, else in base64.
private struct EncodedBytes {
    let content: String
    let encoding: String

    init(_ data: Data) {
        if let text = String(validating: data, as: UTF8.self) {
            content = text
            encoding = "utf-8"
        } else {
            content = data.base64EncodedString()
            encoding = "base64"
        }
    }
}

/// What is posted to a callback URL when an execution has ended; its timestamp is that end.
public func callbackBody(_ execution: Execution) -> Data {
    Data(
        JSONWriter.bytes(of: [
            "type": "execution.finished",
            "timestamp": JSONValue(execution.finishedAt ?? execution.createdAt),
            "data": ExecutionPayload(execution).json,
        ])
    )
}
