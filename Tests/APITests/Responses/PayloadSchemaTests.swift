import Domain
import Foundation
import JSON
import Testing

@testable import API

/// For every outcome, a payload has exactly the members of its schema.
@Suite struct PayloadSchemaTests {
    private static let contract = try? Contract(document: Fixture().document())

    private func expect(_ value: JSONValue, isA name: String) throws {
        let contract = try #require(Self.contract)
        #expect(contract.schemas.flaws(value, .schema(name)) == [])
    }

    private static let stages = [
        Sample.stage("1\n"), Sample.stage("", verdict: .exited(code: 255)),
        Sample.stage("", verdict: .signaled(signal: 11), stderr: Data([0xff, 0xfe])),
        Sample.stage("", verdict: .timedOut), Sample.stage("", verdict: .cpuTimeExceeded),
        Sample.stage("", verdict: .memoryExceeded), Sample.stage("", verdict: .outputExceeded),
        StageResult(
            verdict: .exited(code: 1),
            stdout: Output(bytes: Data("cut".utf8), isTruncated: true),
            stderr: Output(),
            usage: Usage(wallMicroseconds: 0, cpuMicroseconds: 0, memoryBytes: 0),
            refusedCalls: ["socket", "bpf"]
        ),
    ]

    private static let files = [
        OutputFile(path: "a.txt", content: .bytes(Data("a".utf8))),
        OutputFile(path: "b.bin", content: .bytes(Data([0x80]))),
        OutputFile(path: "c", content: .refused(.notARegularFile)),
        OutputFile(path: "d", content: .refused(.tooLarge)),
        OutputFile(path: "e", content: .refused(.unreadable)),
    ]

    private static let states: [Execution.State] = {
        let now = Sample.now
        let unfinished: [Execution.State] = [
            .queued, .running(since: now), .cancelled(startedAt: nil, finishedAt: now),
            .cancelled(startedAt: now, finishedAt: now), .faulted(startedAt: nil, finishedAt: now),
        ]
        let results =
            stages.map { ExecutionResult(compile: nil, runs: [$0], files: files) } + [
                ExecutionResult(compile: stages[1], runs: [], files: []),
                ExecutionResult(compile: stages[0], runs: stages, files: files),
            ]
        return unfinished + results.map { .finished($0, startedAt: now, finishedAt: now) }
    }()

    @Test(arguments: [false, true])
    func `an execution, in whatever state it is`(hasRuns: Bool) throws {
        for state in Self.states {
            let plain = Sample.execution("exe_1", state: state)
            var request = plain.request
            request.hasRuns = hasRuns
            request.metadata = ["a": "1"]
            request.project = hasRuns ? "prj_1" : nil
            request.task = hasRuns ? "tsk_1" : nil
            let execution = Execution(
                id: plain.id,
                owner: plain.owner,
                request: request,
                createdAt: plain.createdAt,
                state: state,
                attempts: 2
            )
            try expect(ExecutionPayload(execution).json, isA: "Execution")
            try expect(ExecutionSummary(execution).json, isA: "ExecutionSummary")
            let answer = JSONWriter.bytes(of: ["data": ExecutionPayload(execution).json])
            let read = try #require(ExecutionPayload(answer: Data(answer)))
            #expect(read.json == ExecutionPayload(execution).json)
            for bytesMax in [0, 1 << 20] {
                let body = CallbackBody(bytesMax: bytesMax).of(execution)
                try expect(try StrictJSON.parse(Array(body)), isA: "ExecutionFinished")
            }
        }
    }

    @Test(arguments: [
        Delivery.State.pending(nextAttemptAt: Sample.now), .delivered(at: Sample.now),
        .failed(at: Sample.now),
    ])
    func `a delivery, in whatever state it is`(state: Delivery.State) throws {
        let delivery = Sample.delivery("msg_1", state: state)
        try expect(DeliverySummary(delivery).json, isA: "Delivery")
    }

    @Test func `a refusal, with whatever it says`() throws {
        let validations: [APIError] = [
            .field("a", "is wrong"), .field("a", "is wrong", value: .integer(1), limit: .null),
            .body("is empty"),
            .body(StrictJSON.Flaw(offset: 1, line: 1, column: 2, reason: "ends", member: "a")),
        ]
        for error in validations { try expect(error.envelope, isA: "ValidationError") }
        for code in APIError.Code.allCases {
            try expect(code.example.envelope, isA: code.schemaName)
        }
        let conflict = APIError(
            code: .conflict,
            message: "the execution has already ended",
            details: .init(status: "failed")
        )
        try expect(conflict.envelope, isA: "Conflict")
    }

    @Test func `a request that a client writes is read as it was written`() throws {
        var body = ExecutionBody()
        body.language = "python"
        body.files = [SourceFileBody(path: "main.py", content: Data([0xff, 0x0a]))]
        body.run.stdin = "a"
        body.run.arguments = ["-v"]
        let text = try StrictJSON.parse(Array(body.encoded()))
        #expect(
            text == [
                "language": "python",
                "files": [["path": "main.py", "content": "/wo=", "encoding": "base64"]],
                "stdin": "a", "args": ["-v"],
            ]
        )
        let read = try ExecutionBody.complete.decode(text)
        #expect(read.files?.first?.data == Data([0xff, 0x0a]))
        #expect(ExecutionBody.complete.encode(read) == text)
    }

    @Test func `a runtime is read as it was written`() throws {
        let answer = JSONWriter.bytes(of: ["data": Sample.runtimes.json])
        let read = try #require(RuntimePayload.list(answer: Data(answer)))
        #expect(read.map(\.name) == ["python", "python", "c", "ruby"])
        #expect(read.map(\.entry) == ["main.py", "main.py", "main.c", nil])
        #expect(read.map(RuntimePayload.codec.encode) == Sample.runtimes.json.elements)
    }

    @Test func `a check that finds nothing wrong could find it`() throws {
        let contract = try #require(Self.contract)
        var execution = ExecutionPayload(Sample.execution("exe_1")).json
        execution["id"] = nil
        execution["status"] = "waiting"
        execution["new"] = true
        #expect(contract.schemas.flaws(execution, .schema("Execution")).count == 3)
    }
}
