import Domain
import Foundation
import TestSupport
import Testing

@testable import Runner

@Suite(.guardedAgainstHanging) struct ExecutionRunTests {
    private let journal = Journal()

    private func run(
        _ request: ExecutionRequest,
        on runtime: Runtime,
        in sandbox: FakeSandbox
    ) async throws -> ExecutionResult {
        try await execute(request, on: runtime, profile: .standard, in: sandbox)
    }

    private var cRequest: ExecutionRequest {
        var request = ExecutionRequest.named("jail")
        request.files[0].path = "main.c"
        request.files.append(SourceFile(path: "other.c", content: Data()))
        request.entry = "main.c"
        return request
    }

    @Test func `an interpreted program runs in one stage with its input, environment and limits`()
        async throws
    {
        let sandbox = FakeSandbox(journal: journal) { _, _, _, _ in .exited(3, stdout: "out") }
        var request = ExecutionRequest.named("jail")
        request.inputs = [RunInput(stdin: Data("in".utf8), arguments: ["-x", "y z"])]
        request.environment = ["HOME": "/own", "A": "1"]
        request.outputs = ["*.txt"]
        let result = try await run(request, on: .python, in: sandbox)

        #expect(result.compile == nil)
        #expect(result.runs.map(\.stdout.bytes) == [Data("out".utf8)])
        #expect(result.status == .failed)
        let stage = try #require(sandbox.stageSpecs.first)
        #expect(stage.arguments == ["/usr/bin/python3", "main.py", "-x", "y z"])
        #expect(stage.environment == ["LANG": "C.UTF-8", "HOME": "/own", "A": "1"])
        #expect(sandbox.stageInputs == [Data("in".utf8)])
        #expect(stage.limits == request.limits)
        #expect(stage.outputs == ["*.txt"])
        let jail = try #require(sandbox.jailSpecs.first)
        #expect(jail.runtime == 3)
        #expect(jail.files == request.files)
        #expect(jail.limits == request.limits)
        #expect(journal.events == [.opened("jail"), .ran("jail", stage: 0), .closed("jail")])
    }

    @Test func `a compiled program is compiled first in the same jail`() async throws {
        let sandbox = FakeSandbox(journal: journal)
        var request = cRequest
        request.environment = ["A": "1"]
        request.limits[.memoryBytes] = 5_000
        let result = try await run(request, on: .cLanguage, in: sandbox)

        #expect(result.compile?.verdict == .exited(code: 0))
        #expect(result.runs.count == 1)
        let stages = sandbox.stageSpecs
        #expect(
            stages.map(\.arguments) == [["/usr/bin/gcc", "main.c", "other.c"], ["/box/a.out"]]
        )
        #expect(stages[0].environment == ["LANG": "C.UTF-8"])
        #expect(stages[0].limits == request.compileLimits)
        #expect(stages[1].limits == request.limits)
        let jail = try #require(sandbox.jailSpecs.first)
        #expect(jail.limits[.memoryBytes] == 5_000)
        #expect(jail.limits[.workspaceBytes] == 2_000)
        #expect(
            journal.events == [
                .opened("jail"), .ran("jail", stage: 0), .ran("jail", stage: 1), .closed("jail"),
            ]
        )
    }

    @Test(arguments: [Verdict.exited(code: 1), .signaled(signal: 9), .timedOut, .memoryExceeded])
    func `a program that does not compile is not run`(verdict: Verdict) async throws {
        let sandbox = FakeSandbox(journal: journal) { _, _, _, _ in
            var report = StageReport.exited(0)
            report.result.verdict = verdict
            return report
        }
        let result = try await run(cRequest, on: .cLanguage, in: sandbox)
        #expect(result.status == .compileFailed)
        #expect(result.compile?.verdict == verdict)
        #expect(result.runs.isEmpty)
        #expect(journal.events == [.opened("jail"), .ran("jail", stage: 0), .closed("jail")])
    }

    @Test func `several runs go in order through one jail and a failed one stops none`()
        async throws
    {
        let sandbox = FakeSandbox(journal: journal) { _, stage, spec, io in
            let files = [OutputFile(path: "f", content: .bytes(Data([UInt8(stage)])))]
            return .exited(
                stage == 1 ? 7 : 0,
                stdout: String(decoding: io.data, as: UTF8.self),
                files: spec.outputs.isEmpty ? [] : files
            )
        }
        var request = ExecutionRequest.named("jail")
        request.hasRuns = true
        request.inputs = ["one", "two", "three"].map { RunInput(stdin: Data($0.utf8)) }
        request.outputs = ["f"]
        let result = try await run(request, on: .python, in: sandbox)

        let outputs = result.runs.map { String(decoding: $0.stdout.bytes, as: UTF8.self) }
        #expect(outputs == ["one", "two", "three"])
        #expect(result.status == .failed)
        #expect(sandbox.stageSpecs.map(\.outputs) == [[], [], ["f"]])
        #expect(result.files == [OutputFile(path: "f", content: .bytes(Data([2])))])
        #expect(journal.events.filter { $0 == .opened("jail") }.count == 1)
        #expect(journal.count(of: .closed("jail")) == 1)
    }

    @Test func `a fault closes the jail once and is thrown`() async throws {
        let sandbox = FakeSandbox(journal: journal) { _, _, _, _ in throw SandboxError.unavailable }
        await #expect(throws: SandboxError.unavailable) {
            try await run(.named("jail"), on: .python, in: sandbox)
        }
        #expect(journal.count(of: .closed("jail")) == 1)
    }

    @Test func `a jail that could not be made is thrown and not closed`() async throws {
        let fault = SandboxError.broken(site: "clone", errno: 11)
        let sandbox = FakeSandbox(journal: journal, opening: { _ in throw fault })
        await #expect(throws: fault) {
            try await run(.named("jail"), on: .python, in: sandbox)
        }
        #expect(journal.events.isEmpty)
    }

    @Test func `a cancelled run closes the jail once`() async throws {
        let gates = Gates()
        let sandbox = FakeSandbox(journal: journal) { jail, _, _, _ in
            try await gates.pass(jail)
            return .exited(0)
        }
        let task = Task { try await run(.named("jail"), on: .python, in: sandbox) }
        await journal.wait(for: .ran("jail", stage: 0))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(journal.count(of: .closed("jail")) == 1)
    }

    @Test func `a stage that reports how it was killed by a cancellation is no verdict`()
        async throws
    {
        let gates = Gates()
        let sandbox = FakeSandbox(journal: journal) { jail, _, _, _ in
            try? await gates.pass(jail)
            var report = StageReport.exited(0)
            report.result.verdict = .signaled(signal: 9)
            return report
        }
        let task = Task { try await run(.named("jail"), on: .python, in: sandbox) }
        await journal.wait(for: .ran("jail", stage: 0))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(journal.count(of: .closed("jail")) == 1)
    }
}
