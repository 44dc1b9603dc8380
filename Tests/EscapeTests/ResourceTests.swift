import Domain
import Foundation
import Testing

extension EscapeTests {
    @Suite struct MemoryTests {
        private static let kinds = ["heap", "shared", "memfd", "tmpfs", "sysv", "stack", "child"]
        private static let limits: [Limit: Int64] = [
            .memoryBytes: 64 << 20, .fileBytes: 512 << 20, .workspaceBytes: 512 << 20,
        ]

        @Test(arguments: kinds)
        func `memory above the limit is a memory verdict`(kind: String) async throws {
            let prison = try #require(Prison.current)
            let verdict = try await prison.verdict("memory.c", [kind, "96"], limits: Self.limits)
            #expect(verdict == .memoryExceeded)
        }

        @Test(arguments: kinds)
        func `memory below the limit is there`(kind: String) async throws {
            let prison = try #require(Prison.current)
            let verdict = try await prison.verdict("memory.c", [kind, "32"], limits: Self.limits)
            #expect(verdict == .exited(code: 0))
        }

        @Test(arguments: ["heap", "shared", "memfd", "sysv", "child"])
        func `outside, the same memory is there`(kind: String) throws {
            #expect(try Control.findings("memory.c", [kind, "96"]) == ["filled": "ok"])
        }
    }

    @Suite struct OutputTests {
        private static let limits: [Limit: Int64] = [
            .stdoutBytes: 65_536, .stderrBytes: 65_536, .wallMilliseconds: 60_000,
            .cpuMilliseconds: 60_000,
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
            let prison = try #require(Prison.current)
            let arguments = ["\(count)", "\(piece)"]
            let result = try await prison.run("flood.c", runs: [arguments], limits: Self.limits)
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
        private static let input = Data(repeating: 1, count: 4 << 20)

        @Test(arguments: ["never", "close", "slowly"])
        func `input that is not read stalls nobody`(how: String) async throws {
            let prison = try #require(Prison.current)
            let result = try await prison.run("stdin.py", runs: [[how]], stdin: Self.input)
            let run = try #require(result.runs.first)
            #expect(run.verdict == .exited(code: 0))
            if how == "slowly" { #expect(run.stdout.findings["read"] == "\(Self.input.count)") }
        }
    }

    @Suite struct ProcessorTests {
        @Test(arguments: [1, 64])
        func `the time of all threads and processes is summed`(threads: Int) async throws {
            let prison = try #require(Prison.current)
            let result = try await prison.run(
                "spin.c",
                runs: [["\(threads)"]],
                limits: [
                    .cpuMilliseconds: 1_000, .wallMilliseconds: 60_000, .processes: 256,
                ]
            )
            let run = try #require(result.runs.first)
            #expect(run.verdict == .cpuTimeExceeded)
            #expect(run.usage.cpuMicroseconds >= 1_000_000)
            // A tenth above the limit, and half a second for a machine under load.
            #expect(run.usage.cpuMicroseconds <= 1_600_000)
        }
    }

    @Suite struct DiskTests {
        @Test func `the writable folders fill up and nothing else does`() async throws {
            let prison = try #require(Prison.current)
            let found = try await prison.findings(
                "disk.py",
                limits: [
                    .workspaceBytes: 8 << 20, .workspaceFiles: 500, .fileBytes: 16 << 20,
                    .wallMilliseconds: 60_000, .cpuMilliseconds: 60_000,
                ]
            )
            expectRefused(found, with: ["ENOSPC", "EFBIG"], atLeast: 12)
        }
    }
}
