import Domain
import Foundation
import JSON
import Testing

@testable import API

/// The bodies of callbacks, and what of a result has no room in one.
@Suite struct CallbackBodyTests {
    private static let bytesMax = CallbackBody.bytesMaxRange.lowerBound

    private func execution(_ result: ExecutionResult, hasRuns: Bool = false) -> Execution {
        let state = Execution.State.finished(
            result,
            startedAt: Sample.now,
            finishedAt: Sample.now
        )
        let plain = Sample.execution("exe_1", state: state)
        var request = plain.request
        request.hasRuns = hasRuns
        return Execution(
            id: plain.id,
            owner: plain.owner,
            request: request,
            createdAt: plain.createdAt,
            state: state
        )
    }

    private func body(_ execution: Execution) throws -> JSONValue {
        let body = CallbackBody(bytesMax: Self.bytesMax).of(execution)
        #expect(body.count <= Self.bytesMax)
        return try StrictJSON.parse(Array(body))
    }

    private func text(_ value: JSONValue?) -> String {
        if case .string(let text)? = value { text } else { "" }
    }

    @Test func `a small result is posted as it can be fetched`() throws {
        let execution = execution(Sample.success)
        let value = try body(execution)
        guard case .object(let members) = value else { return }
        #expect(
            members.map(\.name) == ["type", "timestamp", "outputs_cut", "result_path", "data"]
        )
        #expect(value["type"] == "execution.finished")
        #expect(value["timestamp"] == "2026-03-01T12:00:00.000Z")
        #expect(value["outputs_cut"] == false)
        #expect(value["result_path"] == "/api/v1/executions/exe_1")
        let fetched = try StrictJSON.parse(Array(ExecutionPayload(execution).encoded()))
        #expect(value["data"] == fetched)
    }

    @Test(arguments: ["x", "\u{1}", "é", "\"", "\u{1}x"])
    func `a large output is cut to the room, flagged, and the rest is whole`(
        letter: String
    ) throws {
        let output = String(repeating: letter, count: 3 << 20)
        let run = Sample.stage(output, stderr: Data("small\n".utf8))
        let value = try body(execution(ExecutionResult(compile: nil, runs: [run], files: [])))
        #expect(value["outputs_cut"] == true)
        let data = try #require(value["data"])
        #expect(data["stdout_truncated"] == true)
        #expect(data["stderr_truncated"] == false)
        #expect(data["stderr"] == "small\n")
        #expect(data["status"] == "succeeded")
        let content = text(data["stdout"])
        let sent =
            data["stdout_encoding"] == "utf-8" ? Data(content.utf8) : Data(base64Encoded: content)
        let bytes = try #require(sent)
        #expect(output.utf8.starts(with: bytes))
        // The room is used: text at most doubles, and all but the outputs is a few hundred bytes.
        #expect(bytes.count > Self.bytesMax / 2 - 4_096)
    }

    @Test func `bytes that are not UTF-8 are cut between groups of base64`() throws {
        let run = Sample.stage("", stderr: Data(repeating: 0xff, count: 1 << 20))
        let value = try body(execution(ExecutionResult(compile: nil, runs: [run], files: [])))
        let sent = try #require(Data(base64Encoded: text(value["data"]?["stderr"])))
        #expect(sent.allSatisfy { $0 == 0xff } && sent.count > Self.bytesMax / 2)
    }

    @Test func `no length is exceeded, and no character is cut`() throws {
        let samples = [
            Data(repeating: 0xff, count: 100), Data("aé€😀\n\"\u{1}z".utf8),
            Data(repeating: 1, count: 100), Data("€".utf8) + Data([0xff]), Data(),
        ]
        for data in samples {
            for lengthMax in 0...210 {
                let encoded = EncodedBytes(data, lengthMax: lengthMax)
                let bytes = try #require(encoded.data)
                #expect(JSONWriter.bytes(of: .string(encoded.content)).count - 2 <= lengthMax)
                #expect(data.starts(with: bytes))
                #expect(encoded.isCut == (bytes.count < data.count))
                #expect(encoded.isCut == (lengthMax < EncodedBytes.length(of: data)))
            }
        }
    }

    @Test func `a file that has no room is left out, and smaller ones are not`() throws {
        let files = [
            OutputFile(path: "a", content: .bytes(Data(repeating: 97, count: 1 << 20))),
            OutputFile(path: "b", content: .bytes(Data("b".utf8))),
            OutputFile(path: "c", content: .bytes(Data())),
        ]
        let result = ExecutionResult(compile: nil, runs: [Sample.stage("1")], files: files)
        let value = try body(execution(result))
        #expect(value["outputs_cut"] == true)
        guard case .array(let sent)? = value["data"]?["files"] else { return }
        #expect(sent.map { $0["path"] } == ["a", "b", "c"])
        #expect(sent.map { $0["error"] } == ["too_large", nil, nil])
        #expect(sent.map { $0["content"] } == [.null, "b", ""])
    }

    @Test func `many outputs are cut to equal lengths`() throws {
        let run = Sample.stage(String(repeating: "x", count: 1 << 20))
        let runs = Array(repeating: run, count: 63) + [Sample.stage("last")]
        let result = ExecutionResult(compile: run, runs: runs, files: [])
        let value = try body(execution(result, hasRuns: true))
        guard case .array(let sent)? = value["data"]?["runs"] else { return }
        #expect(sent.count == 64)
        #expect(sent.last?["stdout"] == "last")
        #expect(sent.last?["stdout_truncated"] == false)
        #expect(Set(sent.dropLast().map { text($0["stdout"]).count }).count == 1)
        #expect(text(sent[0]["stdout"]).count > 1_000)
    }

    @Test func `paths that have no room are left out with their files`() throws {
        let files = (0..<1_000).map { number in
            let path = String(repeating: "\u{1}", count: 200) + "\(number)"
            return OutputFile(path: path, content: .bytes(Data("a".utf8)))
        }
        let result = ExecutionResult(compile: nil, runs: [Sample.stage("1")], files: files)
        let value = try body(execution(result))
        #expect(value["outputs_cut"] == true)
        #expect(value["data"]?["files"] == [])
        #expect(value["data"]?["status"] == "succeeded")
    }

    @Test func `the longest outputs make room first`() {
        #expect(CallbackBody.level(of: [], within: 0) == .max)
        #expect(CallbackBody.level(of: [0, 0], within: 0) == .max)
        #expect(CallbackBody.level(of: [5, 5], within: 10) == .max)
        #expect(CallbackBody.level(of: [1, 100], within: 10) == 9)
        #expect(CallbackBody.level(of: [100, 100, 1], within: 11) == 5)
        #expect(CallbackBody.level(of: [1], within: 0) == 0)
    }
}
