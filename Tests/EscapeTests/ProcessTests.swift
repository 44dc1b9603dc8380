import Domain
import EscapeCorpus
import Testing
import WardenClient
import WardenUnderTest

extension EscapeTests {
    /// The limits of processes: each below, at and above its value.
    @Suite struct ForkBombTests {
        private static let kinds = ["processes", "threads", "vfork"]
        private static let most: Int64 = 32

        @Test(arguments: kinds)
        func `below the limit all of them start`(kind: String) async throws {
            let fixture = try #require(WardenFixture.current)
            let found = try await fixture.findings(
                "spawn.c",
                [kind, "\(Self.most - 1)"],
                limits: [.processes: Self.most]
            )
            #expect(found == ["end": "ok", "started": "\(Self.most - 1)"])
        }

        @Test func `a fork bomb ends with a verdict on time`() async throws {
            let fixture = try #require(WardenFixture.current)
            let verdict = try await fixture.verdict(
                "forkbomb.c",
                limits: [.processes: 64, .wallMilliseconds: 1_500]
            )
            #expect([.timedOut, .cpuTimeExceeded].contains(verdict))
        }
    }
}
