import Domain
import Foundation
import Runner
import Testing
import WardenClient
import WardenUnderTest

extension EscapeTests {
    /// A program that was started before its request has the same restrictions as any other.
    @Suite struct StandbyTests {
        private static let arguments = ["/usr/bin/python3", "main.py"]

        private func order(
            _ fixture: WardenFixture,
            arguments: [String] = arguments
        ) throws -> StandbySpec {
            StandbySpec(
                for: JailSpec(
                    runtime: try fixture.runtime("python").number,
                    profile: .strict,
                    files: [],
                    limits: try fixture.limits(),
                    boot: BootProgram(
                        arguments: arguments,
                        environment: ["HOME": "/box"],
                        entry: "main.py"
                    )
                )
            )
        }

        /// Starts the program, and waits until it has opened its script; returns `nil` if it never
        /// does.
        private func stand(
            _ fixture: WardenFixture,
            _ order: StandbySpec
        ) async throws
            -> (any StandbySession)?
        {
            let (changes, reports) = AsyncStream.makeStream(of: StandbyChange.self)
            let jail = try fixture.session.prepare(order) { reports.yield($0) }
            for await change in changes {
                if case .ready = change { return jail }
                break
            }
            return nil
        }

        private func run(
            _ source: String,
            in jail: any StandbySession,
            _ fixture: WardenFixture,
            _ changes: [Limit: Int64] = [:],
            arguments: [String] = arguments
        ) async throws -> StageResult {
            let file = SourceFile(path: "main.py", content: Data(source.utf8))
            let jail = jail.take(files: [file])
            defer { jail.close() }
            let stage = StageSpec(
                arguments: arguments,
                environment: ["HOME": "/box"],
                limits: try fixture.limits(changes)
            )
            let io = StageIO(input: .data(Data("given".utf8)))
            return try await jail.run(stage, io: io).result
        }

        @Test func `its stage's limits hold, and no more than its stage has`() async throws {
            let fixture = try #require(WardenFixture.current)
            let jail = try #require(try await stand(fixture, order(fixture)))
            let source = """
                import resource as r
                for name in "NOFILE", "FSIZE", "CPU":
                    print(name, *r.getrlimit(getattr(r, "RLIMIT_" + name)))
                """
            let changes: [Limit: Int64] = [
                .openFiles: 64, .fileBytes: 4_096, .cpuMilliseconds: 3_000,
            ]
            let result = try await run(source, in: jail, fixture, changes)
            #expect(result.stdout.text == "NOFILE 64 64\nFSIZE 4096 4096\nCPU 5 5\n")
        }

        @Test(arguments: [
            ("while True: pass", [Limit.wallMilliseconds: Int64(300)], Verdict.timedOut),
            ("while True: pass", [.cpuMilliseconds: 300], .cpuTimeExceeded),
            ("x = b'x' * (2 << 30)", [:], .exited(code: 1)),
        ])
        func `a limit is met as in any jail`(
            source: String,
            changes: [Limit: Int64],
            verdict: Verdict
        ) async throws {
            let fixture = try #require(WardenFixture.current)
            let jail = try #require(try await stand(fixture, order(fixture)))
            let result = try await run(source, in: jail, fixture, changes)
            let isMemory = changes.isEmpty && result.verdict == .memoryExceeded
            #expect(result.verdict == verdict || isMemory, "\(result)")
        }

        @Test func `processes are bounded by the stage's number`() async throws {
            let fixture = try #require(WardenFixture.current)
            let jail = try #require(try await stand(fixture, order(fixture)))
            let source = """
                import os, time
                made = 0
                try:
                    for _ in range(64):
                        if os.fork() == 0: time.sleep(60)
                        made += 1
                except BlockingIOError: pass
                print(made)
                """
            let result = try await run(source, in: jail, fixture, [.processes: 4])
            #expect(result.stdout.text == "3\n")
        }

        @Test func `no other program can be made of it`() async throws {
            let fixture = try #require(WardenFixture.current)
            let jail = try #require(try await stand(fixture, order(fixture)))
            await #expect(throws: SandboxError.self) {
                try await run("", in: jail, fixture, arguments: ["/usr/bin/id"])
            }
        }

        @Test func `one that is wanted before it is there goes on when it is`() async throws {
            let fixture = try #require(WardenFixture.current)
            let jail = try fixture.session.prepare(try order(fixture)) { _ in }
            let result = try await run("print(input())", in: jail, fixture)
            #expect(result.stdout.text == "given\n")
        }

        @Test func `a script is there whole, however long`() async throws {
            let fixture = try #require(WardenFixture.current)
            let jail = try #require(try await stand(fixture, order(fixture)))
            let lines = String(repeating: "x = 1\n", count: 50_000)
            let source = lines + "print(len(open('main.py').read()))"
            let result = try await run(source, in: jail, fixture)
            #expect(result.stdout.text == "\(source.utf8.count)\n")
        }

        @Test func `an interpreter that ends before its script is no jail to be had`() async throws
        {
            let fixture = try #require(WardenFixture.current)
            #expect(try await stand(fixture, order(fixture, arguments: ["/bin/true"])) == nil)
        }

        @Test func `what stands by and is not wanted is closed, and leaves nothing`() async throws {
            let fixture = try #require(WardenFixture.current)
            for _ in 0..<3 { try #require(try await stand(fixture, order(fixture))).close() }
            try fixture.session.prepare(try order(fixture)) { _ in }.close()
        }
    }
}
