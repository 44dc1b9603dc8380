import Domain
import Testing
import WardenUnderTest

extension EscapeTests {
    /// Refused system calls: a caller must see the refusal that breaks a program.
    @Suite struct RefusedCallTests {
        private func result(_ kind: String) async throws -> StageResult {
            let fixture = try #require(WardenFixture.current)
            return try #require(await fixture.run("unsupported.c", runs: [[kind]]).runs.first)
        }

        @Test func `a program that dies of a refused call is reported with its name`() async throws
        {
            let run = try await result("abort")
            #expect(run.verdict == .signaled(signal: 6))
            #expect(run.refusedCalls == ["inotify_init1"])
        }

        @Test func `of very many refused calls the first are named, and all are refused`()
            async throws
        {
            let run = try await result("flood")
            #expect(run.verdict == .exited(code: 0))
            #expect(run.stdout.findings == ["wrong": "0"])
            #expect(run.refusedCalls == (600..<616).map(String.init))
        }

        #if arch(x86_64)
        @Test func `a call by another architecture's entry kills, and the result says so`()
            async throws
        {
            let run = try await result("foreign")
            #expect(run.verdict == .signaled(signal: 31))
            #expect(run.refusedCalls == ["foreign_architecture"])
        }
        #endif

        @Test func `an honest program was refused nothing`() async throws {
            let fixture = try #require(WardenFixture.current)
            let run = try #require(await fixture.run("honest.py").runs.first)
            #expect(run.refusedCalls.isEmpty)
        }
    }
}
