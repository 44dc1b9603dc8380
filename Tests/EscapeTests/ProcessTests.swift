import Domain
import Testing
import WardenClient

extension EscapeTests {
    @Suite struct ForkBombTests {
        private static let kinds = ["processes", "threads", "vfork"]
        private static let most: Int64 = 32

        @Test(arguments: kinds)
        func `the jail has no more processes and threads than its limit`(kind: String) async throws
        {
            let prison = try #require(Prison.current)
            let found = try await prison.findings(
                "spawn.c",
                [kind, "200"],
                limits: [.processes: Self.most]
            )
            #expect(found["end"] == "EAGAIN")
            // The program itself is one of them.
            #expect(found["started"] == "\(Self.most - 1)")
        }

        @Test(arguments: kinds)
        func `below the limit all of them start`(kind: String) async throws {
            let prison = try #require(Prison.current)
            let found = try await prison.findings(
                "spawn.c",
                [kind, "\(Self.most - 1)"],
                limits: [.processes: Self.most]
            )
            #expect(found == ["end": "ok", "started": "\(Self.most - 1)"])
        }

        @Test(arguments: kinds)
        func `outside, all of them start`(kind: String) throws {
            #expect(try Control.findings("spawn.c", [kind, "200"])["started"] == "200")
        }

        @Test func `a fork bomb ends with a verdict on time`() async throws {
            let prison = try #require(Prison.current)
            let verdict = try await prison.verdict(
                "forkbomb.c",
                limits: [.processes: 64, .wallMilliseconds: 1_500]
            )
            #expect([.timedOut, .cpuTimeExceeded].contains(verdict))
        }
    }

    @Suite struct SleeperTests {
        @Test(arguments: ["pause", "stop", "futex", "pipe", "deaf", "grandchild"])
        func `a program that waits for ever ends at the wall limit`(kind: String) async throws {
            let prison = try #require(Prison.current)
            let verdict = try await prison.verdict(
                "sleeper.py",
                [kind],
                limits: [.wallMilliseconds: 700]
            )
            #expect(verdict == .timedOut)
        }
    }

    @Suite struct SignalTests {
        private static let signals: [Int32] = [9, 15, 19, 0]

        @Test(arguments: signals)
        func `no signal reaches init or anything outside`(signal: Int32) async throws {
            let prison = try #require(Prison.current)
            let found = try await prison.findings("kill.py", ["\(signal)"])
            expectRefused(found, with: ["EPERM", "ESRCH"], atLeast: 5)
            #expect(prison.session.isAvailable)
        }

        @Test func `outside, a signal reaches the parent`() throws {
            #expect(try Control.findings("kill.py", ["0"])["parent"] == "ok")
        }

        @Test func `a program that is deaf to signals ends at its cpu limit`() async throws {
            let prison = try #require(Prison.current)
            let verdict = try await prison.verdict(
                "deaf_spin.c",
                limits: [.cpuMilliseconds: 500, .wallMilliseconds: 60_000]
            )
            #expect(verdict == .cpuTimeExceeded)
        }
    }
}
