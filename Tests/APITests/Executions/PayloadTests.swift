import Domain
import Foundation
import JSON
import Testing

@testable import API

@Suite struct PayloadTests {
    private func finished(_ result: ExecutionResult, hasRuns: Bool = false) -> JSONValue {
        let state = Execution.State.finished(
            result,
            startedAt: Sample.now.addingTimeInterval(0.001),
            finishedAt: Sample.now.addingTimeInterval(0.25)
        )
        let plain = Sample.execution("exe_1", state: state)
        var request = plain.request
        request.hasRuns = hasRuns
        request.metadata = ["b": "2", "a": "1"]
        return ExecutionPayload(
            Execution(
                id: plain.id,
                owner: plain.owner,
                request: request,
                createdAt: plain.createdAt,
                state: state
            )
        ).json
    }

    private func names(_ value: JSONValue) -> [String] {
        guard case .object(let members) = value else { return [] }
        return members.map(\.name)
    }

    @Test func `an execution has exactly the members of the contract`() {
        #expect(
            names(finished(Sample.success)) == [
                "id", "status", "language", "version", "project_id", "task_id", "stdout",
                "stdout_encoding", "stdout_truncated", "stderr", "stderr_encoding",
                "stderr_truncated", "exit_code",
                "signal", "usage", "refused_calls", "compile", "runs", "files", "limits",
                "attempts", "created_at", "started_at", "finished_at", "metadata",
            ]
        )
    }

    @Test func `a single run reads flat`() {
        let value = finished(Sample.success)
        #expect(value["status"] == "succeeded")
        #expect(value["stdout"] == "2\n")
        #expect(value["stdout_encoding"] == "utf-8")
        #expect(value["stdout_truncated"] == false)
        #expect(value["exit_code"] == .integer(0))
        #expect(value["signal"] == .null)
        #expect(value["refused_calls"] == [])
        #expect(
            value["usage"] == [
                "wall_ms": .number(9.812), "cpu_ms": .number(8.1),
                "memory_bytes": .integer(9_437_184),
            ]
        )
        #expect(value["compile"] == .null)
        #expect(value["runs"] == .null)
        #expect(value["created_at"] == "2026-03-01T12:00:00.000Z")
        #expect(value["started_at"] == "2026-03-01T12:00:00.001Z")
        #expect(value["finished_at"] == "2026-03-01T12:00:00.250Z")
        #expect(value["metadata"] == ["a": "1", "b": "2"])
        #expect(value["limits"]?["wall_ms"] == .integer(5_000))
    }

    @Test func `several runs stand in order, and nothing of them at the top`() {
        let runs = [Sample.stage("a"), Sample.stage("b", verdict: .exited(code: 3))]
        let value = finished(ExecutionResult(compile: nil, runs: runs, files: []), hasRuns: true)
        #expect(value["status"] == "failed")
        #expect(value["stdout"] == "")
        #expect(value["exit_code"] == .null)
        guard case .array(let stages)? = value["runs"] else {
            Issue.record("runs is no array")
            return
        }
        #expect(stages.map { $0["stdout"] } == ["a", "b"])
        #expect(stages.map { $0["status"] } == ["succeeded", "failed"])
        #expect(names(stages[0]).first == "status")
    }

    @Test func `a failed compile tells what the compiler said`() {
        let compile = Sample.stage("", verdict: .exited(code: 1), stderr: Data("error".utf8))
        let value = finished(ExecutionResult(compile: compile, runs: [], files: []))
        #expect(value["status"] == "compile_failed")
        #expect(value["compile"]?["stderr"] == "error")
        #expect(value["compile"]?["exit_code"] == .integer(1))
        #expect(value["exit_code"] == .null)
        #expect(value["usage"] == .null)
    }

    @Test(arguments: [false, true])
    func `a compile says whether it was made before, and a run does not`(isCached: Bool) {
        var compile = Sample.stage("")
        compile.isCached = isCached
        let runs = [Sample.stage("a")]
        let value = finished(
            ExecutionResult(compile: compile, runs: runs, files: []),
            hasRuns: true
        )
        #expect(value["compile"]?["cached"] == .bool(isCached))
        guard let compile = value["compile"], case .array(let stages)? = value["runs"] else {
            Issue.record("no stages")
            return
        }
        #expect(names(compile) == names(stages[0]) + ["cached"])
    }

    @Test(arguments: [
        (Verdict.exited(code: 3), "failed", JSONValue.integer(3), JSONValue.null),
        (.signaled(signal: 11), "signaled", .null, .integer(11)),
        (.timedOut, "timed_out", .null, .null),
        (.cpuTimeExceeded, "cpu_time_exceeded", .null, .null),
        (.memoryExceeded, "memory_exceeded", .null, .null),
        (.outputExceeded, "output_exceeded", .null, .null),
    ])
    func `each verdict has its status`(
        verdict: Verdict,
        status: String,
        exitCode: JSONValue,
        signal: JSONValue
    ) {
        let run = Sample.stage("", verdict: verdict)
        let value = finished(ExecutionResult(compile: nil, runs: [run], files: []))
        #expect(value["status"] == .string(status))
        #expect(value["exit_code"] == exitCode)
        #expect(value["signal"] == signal)
    }

    @Test func `bytes that are not UTF-8 travel in base64`() {
        let run = Sample.stage("", stderr: Data([0xff, 0x00]))
        let files = [
            OutputFile(path: "a.bin", content: .bytes(Data([0x80]))),
            OutputFile(path: "a.txt", content: .bytes(Data("é".utf8))),
            OutputFile(path: "link", content: .refused(.notARegularFile)),
        ]
        let value = finished(ExecutionResult(compile: nil, runs: [run], files: files))
        #expect(value["stderr"] == "/wA=")
        #expect(value["stderr_encoding"] == "base64")
        #expect(
            value["files"] == [
                [
                    "path": "a.bin", "content": "gA==", "encoding": "base64", "bytes": .integer(1),
                ],
                ["path": "a.txt", "content": "é", "encoding": "utf-8", "bytes": .integer(2)],
                [
                    "path": "link", "content": .null, "encoding": .null, "bytes": .null,
                    "error": "not_a_regular_file",
                ],
            ]
        )
    }

    @Test(arguments: [
        ("\u{1}", "base64"), ("\u{1b}[0m", "base64"), ("\u{1b}[31mred\u{1b}[0m\n", "utf-8"),
        (String(repeating: "\n", count: 99), "utf-8"), ("\"\\\t\r", "utf-8"), ("", "utf-8"),
        ("\u{1}\u{7f}abcdef", "base64"), ("\u{1}\u{7f}abcdefgh", "utf-8"),
    ])
    func `a text that JSON would make more than twice as long travels in base64`(
        text: String,
        encoding: String
    ) throws {
        let value = finished(
            ExecutionResult(compile: nil, runs: [Sample.stage(text)], files: [])
        )
        #expect(value["stdout_encoding"] == .string(encoding))
        guard case .string(let content)? = value["stdout"] else { throw Missing() }
        let data = encoding == "utf-8" ? Data(content.utf8) : Data(base64Encoded: content)
        #expect(data == Data(text.utf8))
        // With the quotation marks and what completes base64.
        #expect(JSONWriter.bytes(of: .string(content)).count <= 2 * text.utf8.count + 4)
    }

    private struct Missing: Error {}

    @Test(arguments: [
        (Execution.State.queued, "queued"), (.running(since: Sample.now), "running"),
        (.cancelled(startedAt: nil, finishedAt: Sample.now), "cancelled"),
        (.faulted(startedAt: nil, finishedAt: Sample.now), "internal_error"),
    ])
    func `what has no result is the same shape, empty`(state: Execution.State, status: String) {
        let value = ExecutionPayload(Sample.execution("exe_1", state: state)).json
        #expect(value["status"] == .string(status))
        #expect(value["stdout"] == "")
        #expect(value["usage"] == .null)
        #expect(value["files"] == [])
        #expect(names(value) == names(finished(Sample.success)))
    }
}
