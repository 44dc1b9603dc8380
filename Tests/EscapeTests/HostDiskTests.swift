import Domain
import Foundation
import Glibc
import Testing
import WardenUnderTest

extension EscapeTests {
    /// Files under `/usr` are on a disk that everybody shares.
    @Suite struct HostDiskTests {
        private static let shared = "/usr/bin/env"
        private static let calls = 1_000

        /// The flushes that this machine's disks have completed (admin-guide/iostats.rst).
        private func flushes() throws -> Int {
            let lines = try String(contentsOfFile: "/proc/diskstats", encoding: .utf8)
                .split(separator: "\n")
            return lines.compactMap { line in
                let fields = line.split(separator: " ")
                return fields.count > 18 ? Int(fields[18]) : nil
            }.reduce(0, +)
        }

        /// Other programs of the machine flush too, but not in each of five runs this often.
        @Test func `a program has no disk flushed`() async throws {
            let atStart = try flushes()
            let file = open(Self.shared, O_RDONLY)
            defer { close(file) }
            for _ in 0..<Self.calls { fsync(file) }
            // Some disks are never flushed: there the comparison shows nothing.
            let isFlushed = try flushes() - atStart >= Self.calls

            var least = Int.max
            for _ in 0..<5 where least >= Self.calls {
                let before = try flushes()
                try await ask()
                least = min(least, try flushes() - before)
            }
            if isFlushed { #expect(least < Self.calls) }
        }

        private func ask() async throws {
            let fixture = try #require(WardenFixture.current)
            let arguments = [Self.shared, "\(Self.calls)"]
            let run = try #require(await fixture.run("flush.py", runs: [arguments]).runs.first)
            #expect(run.stdout.findings == ["flushed": "ok"])
            #expect(run.refusedCalls == [])
        }
    }
}
