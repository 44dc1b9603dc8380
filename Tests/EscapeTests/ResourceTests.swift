import Domain
import EscapeCorpus
import Foundation
import Testing
import WardenClient
import WardenProtocol
import WardenUnderTest

extension EscapeTests {
    /// The limits of resources and time; ``ForkBombTests`` and ``StageTests`` cover further limits.
    @Suite struct ResourceTests {
        @Test(arguments: Arsenal.of(.resources))
        func `nothing is used beyond its limit, and the verdict says which`(
            attack: Attack
        )
            async throws
        {
            try await WardenFixture.expectRefused(attack)
            let fixture = try #require(WardenFixture.current)
            #expect(fixture.session.isAvailable)
        }

        @Test(arguments: ["heap", "shared", "memfd", "tmpfs", "sysv", "stack", "child"])
        func `memory below the limit is there`(kind: String) async throws {
            let fixture = try #require(WardenFixture.current)
            let verdict = try await fixture.verdict(
                "memory.c",
                [kind, "32"],
                limits: [.memoryBytes: 64 << 20]
            )
            #expect(verdict == .exited(code: 0))
        }

        @Test(
            arguments: [
                (-4_096, .exited(code: 0)), (0, .exited(code: 0)), (4_096, .signaled(signal: 11)),
            ] as [(Int64, Verdict)]
        )
        func `a stack grows to its limit and no further`(
            beyond: Int64,
            verdict: Verdict
        ) async throws {
            let fixture = try #require(WardenFixture.current)
            let limit: Int64 = 8 << 20
            let limits: [Limit: Int64] = [.stackBytes: limit, .memoryBytes: 64 << 20]
            let depth = "\(limit + beyond)"
            #expect(try await fixture.verdict("recursion.c", [depth], limits: limits) == verdict)
        }

        @Test func `a program cannot raise its own stack's limit`() async throws {
            let fixture = try #require(WardenFixture.current)
            let limits: [Limit: Int64] = [.stackBytes: 8 << 20, .memoryBytes: 64 << 20]
            let verdict = try await fixture.verdict("memory.c", ["stack", "16"], limits: limits)
            #expect(verdict == .signaled(signal: 11))
        }

        @Test func `a stack that may have all of the memory is a memory verdict`() async throws {
            let fixture = try #require(WardenFixture.current)
            let limits: [Limit: Int64] = [.stackBytes: 64 << 20, .memoryBytes: 64 << 20]
            let verdict = try await fixture.verdict("recursion.c", ["\(65 << 20)"], limits: limits)
            #expect(verdict == .memoryExceeded)
        }

        @Test func `the memory told of a run is its own, as far as the kernel can tell`()
            async throws
        {
            let fixture = try #require(WardenFixture.current)
            let runs = [["heap", "48"], ["heap", "4"]]
            let limits: [Limit: Int64] = [.memoryBytes: 64 << 20]
            let result = try await fixture.run("memory.c", runs: runs, limits: limits)
            try #require(result.runs.map(\.verdict) == [.exited(code: 0), .exited(code: 0)])
            let (large, small) = (
                result.runs[0].usage.memoryBytes, result.runs[1].usage.memoryBytes
            )
            let weakness = fixture.session.primitives.first { $0.name == "memory peak" }
            if let weakness, weakness.detail.hasPrefix("of the jail as a whole") {
                #expect(large >= 48 << 20)
                #expect(small >= large)
            } else if weakness != nil {
                #expect(large == 0)
                #expect(small == 0)
            } else {
                #expect(large >= 48 << 20)
                // The page cache counts for both.
                #expect(small >= 4 << 20)
                #expect(small <= large - (32 << 20))
            }
        }
    }

    @Suite struct OutputTests {
        private static let limits: [Limit: Int64] = [
            .stdoutBytes: 65_536, .stderrBytes: 65_536,
        ]

        @Test(arguments: [
            (65_535, false, 4_096), (65_536, false, 4_096), (65_537, true, 4_096),
            (200_000, true, 1), (300_000_000, true, 1 << 20),
        ])
        func `output is kept up to its limit, and flagged above`(
            count: Int,
            isTruncated: Bool,
            piece: Int
        ) async throws {
            let fixture = try #require(WardenFixture.current)
            let arguments = ["\(count)", "\(piece)"]
            let result = try await fixture.run("flood.c", runs: [arguments], limits: Self.limits)
            let run = try #require(result.runs.first)
            #expect(run.verdict == .exited(code: 0))
            for output in [run.stdout, run.stderr] {
                #expect(output.isTruncated == isTruncated)
                #expect(output.bytes.count == min(count, 65_536))
                #expect(output.bytes.allSatisfy { $0 == UInt8(ascii: "x") })
            }
        }
    }

    @Suite struct InputTests {
        private static let input = Data(repeating: 1, count: 16 << 20)

        @Test(arguments: ["never", "close", "slowly"])
        func `input that is not read stalls nobody`(how: String) async throws {
            let fixture = try #require(WardenFixture.current)
            let result = try await fixture.run("stdin.py", runs: [[how]], stdin: Self.input)
            let run = try #require(result.runs.first)
            #expect(run.verdict == .exited(code: 0))
            if how == "slowly" { #expect(run.stdout.findings["read"] == "\(Self.input.count)") }
        }
    }

    @Suite struct ProcessorTests {
        @Test(arguments: [1, 64])
        func `the time of all threads and processes is summed`(threads: Int) async throws {
            let fixture = try #require(WardenFixture.current)
            let result = try await fixture.run(
                "spin.c",
                runs: [["\(threads)"]],
                limits: [.cpuMilliseconds: 1_000, .processes: 256]
            )
            let run = try #require(result.runs.first)
            #expect(run.verdict == .cpuTimeExceeded)
            #expect(run.usage.cpuMicroseconds >= 1_000_000)
            // A tenth of the usage of 128 threads that each have the whole limit. A tighter bound
            // would depend on the machine's scheduling of the warden; SupervisionTests check when
            // the warden samples.
            #expect(run.usage.cpuMicroseconds <= 12_800_000)
        }
    }
}
