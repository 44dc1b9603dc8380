import Catalog
import Domain
import Foundation
import Runner
import Synchronization
import Testing
import WardenClient
import WardenUnderTest

extension EscapeTests {
    /// The state that one stage of a jail leaves to the next, and the remains of a closed jail.
    @Suite struct StageTests {
        @Test func `after a stage that timed out the next one runs`() async throws {
            let fixture = try #require(WardenFixture.current)
            let result = try await fixture.run(
                "stages.py",
                runs: [["hang"], ["exit"], ["hang"], ["exit"]],
                limits: [.wallMilliseconds: 3_000]
            )
            #expect(
                result.runs.map(\.verdict) == [
                    .timedOut, .exited(code: 0), .timedOut, .exited(code: 0),
                ]
            )
            #expect(result.runs.first?.stdout.text == "hanging\n")
        }

        @Test func `after a stage that exceeded its memory the next one runs`() async throws {
            let fixture = try #require(WardenFixture.current)
            let result = try await fixture.run(
                "memory.c",
                runs: [["heap", "96"], ["heap", "1"]],
                limits: [.memoryBytes: 64 << 20]
            )
            #expect(result.runs.map(\.verdict) == [.memoryExceeded, .exited(code: 0)])
        }

        @Test func `what a stage left running is dead before the next`() async throws {
            let fixture = try #require(WardenFixture.current)
            let result = try await fixture.run("stages.py", runs: [["daemon"], ["look"]])
            #expect(result.runs.map(\.verdict) == [.exited(code: 0), .exited(code: 0)])
            #expect(result.runs.last?.stdout.findings == ["beats": "0", "processes": "1"])
        }

        @Test func `cancelling the task destroys the jail`() async throws {
            let fixture = try #require(WardenFixture.current)
            let runtime = try fixture.runtime("python")
            let program = try Checkout.program("stages.py")
            let request = ExecutionRequest(
                language: runtime.name,
                version: runtime.version,
                files: [program],
                entry: program.path,
                inputs: [RunInput(arguments: ["hang"])],
                limits: try fixture.limits(),
                compileLimits: try fixture.limits()
            )
            let (hanging, isHanging) = AsyncStream<Void>.makeStream()
            let session = fixture.session
            let task = Task {
                try await execute(request, on: runtime, profile: .strict, in: session) { _, _ in
                    isHanging.finish()
                }
            }
            for await _ in hanging {}
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            // The suite's trait checks that nothing of it is left.
        }

        @Test func `an opening that is cancelled at any moment leaves no jail`() async throws {
            let fixture = try #require(WardenFixture.current)
            let order = JailSpec(
                runtime: try fixture.runtime("python").number,
                profile: .strict,
                files: [SourceFile(path: "large", content: Data(count: 1 << 20))],
                limits: try fixture.limits([.workspaceBytes: 4 << 20])
            )
            for yields in 0..<24 {
                let task = Task { try await fixture.session.open(order) }
                for _ in 0..<yields { await Task.yield() }
                task.cancel()
                (try? await task.value)?.close()
            }
            // The suite's trait checks that nothing of them is left.
        }

        @Test func `a stage that does not fit its frame is refused, and the warden goes on`()
            async throws
        {
            let fixture = try #require(WardenFixture.current)
            let jail = try await fixture.session.open(fixture.order())
            defer { jail.close() }
            let long = String(repeating: "x", count: 20_000)
            for arguments in [Array(repeating: long, count: 5), Array(repeating: "", count: 5_000)]
            {
                let stage = try fixture.stage(adding: arguments)
                await #expect(throws: SandboxError.self) { try await jail.run(stage) }
            }
            let verdict = try await jail.run(fixture.stage()).result.verdict
            #expect(verdict == .exited(code: 0))
        }

        @Test func `everyone who closes a jail hears of its end, also too late`() async throws {
            let fixture = try #require(WardenFixture.current)
            let jail = try await fixture.session.open(fixture.order())
            _ = try await jail.run(fixture.stage())
            let heard = Mutex<[Int]>([])
            jail.close { heard.withLock { $0.append(1) } }
            jail.close()
            await withCheckedContinuation { gone in jail.close { gone.resume() } }
            #expect(heard.withLock { $0 } == [1])
            jail.close { heard.withLock { $0.append(2) } }
            #expect(heard.withLock { $0 } == [1, 2])
        }

        @Test func `a compiled program runs, and a compiler's errors are its own`() async throws {
            let fixture = try #require(WardenFixture.current)
            let runtime = try fixture.runtime("c")
            for (source, code, status) in [
                ("int main(void) { return 7; }", Int32(7), Execution.Status.failed),
                ("int main(void) { return x; }", 0, .compileFailed),
                ("#include \"/dev/zero\"", 0, .compileFailed),
                ("#include \"\(try fixture.canaries.paths[2])\"", 0, .compileFailed),
            ] {
                let request = ExecutionRequest(
                    language: runtime.name,
                    version: runtime.version,
                    files: [SourceFile(path: "main.c", content: Data(source.utf8))],
                    entry: "main.c",
                    limits: try fixture.limits(),
                    compileLimits: try fixture.limits()
                )
                let result = try await execute(
                    request,
                    on: runtime,
                    profile: .strict,
                    in: fixture.session
                )
                try fixture.canaries.expectAbsent(from: result)
                #expect(result.status == status)
                if status == .failed {
                    #expect(result.runs.map(\.verdict) == [.exited(code: code)])
                }
            }
        }
    }

    /// The sealed ceilings: the front enforces the callers' plans, and the warden enforces the
    /// ceilings on the front.
    @Suite struct CeilingTests {
        @Test(arguments: Limit.ofStage)
        func `a stage above the sealed ceiling is refused, not clamped`(limit: Limit) async throws {
            let fixture = try #require(WardenFixture.current)
            let ceiling = fixture.catalog.plans.highestCeiling(limit)
            for (value, isAccepted) in [
                (0, false), (ceiling - 1, true), (ceiling, true), (ceiling + 1, false),
            ] {
                let jail = try await fixture.session.open(try fixture.order())
                defer { jail.close() }
                let stage = try fixture.stage([limit: value])
                if isAccepted {
                    #expect(try await jail.run(stage).result.verdict == .exited(code: 0))
                } else {
                    await #expect(throws: SandboxError.self) { try await jail.run(stage) }
                }
            }
        }

        @Test(arguments: Limit.atOpening)
        func `a jail above the sealed ceiling is refused`(limit: Limit) async throws {
            let fixture = try #require(WardenFixture.current)
            let ceiling = fixture.catalog.plans.highestCeiling(limit)
            for value in [ceiling - 1, ceiling] {
                let verdict = try await run(try fixture.order([limit: value]), in: fixture)
                #expect(verdict == .exited(code: 0))
            }
            let above = try fixture.order([limit: ceiling + 1])
            await #expect(throws: SandboxError.self) { try await run(above, in: fixture) }
        }

        private func run(_ order: JailSpec, in fixture: WardenFixture) async throws -> Verdict {
            let jail = try await fixture.session.open(order)
            defer { jail.close() }
            return try await jail.run(fixture.stage()).result.verdict
        }

        @Test func `a runtime that is not in the catalog is refused`() async throws {
            let fixture = try #require(WardenFixture.current)
            var order = try fixture.order()
            order.runtime = .max
            let unknown = order
            // Repeat it often, because the stage may arrive before, between or after the warden's
            // two answers to the jail: the refusal and the close.
            for _ in 0..<2_000 {
                await #expect(throws: SandboxError.self) { try await run(unknown, in: fixture) }
            }
        }
    }
}

extension WardenFixture {
    fileprivate func order(_ changes: [Limit: Int64] = [:]) throws -> JailSpec {
        JailSpec(
            runtime: try runtime("python").number,
            profile: .strict,
            files: [],
            limits: try limits(changes)
        )
    }

    fileprivate func stage(
        _ changes: [Limit: Int64] = [:],
        adding arguments: [String] = []
    ) throws -> StageSpec {
        StageSpec(
            arguments: ["/bin/true"] + arguments,
            environment: [:],
            limits: try limits(changes)
        )
    }
}
