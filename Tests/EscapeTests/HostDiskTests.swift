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

        @Test func `a program has no disk flushed`() async throws {
            let fixture = try #require(WardenFixture.current)
            let atStart = try flushes()
            let arguments = [Self.shared, "\(Self.calls)"]
            let run = try #require(await fixture.run("flush.py", runs: [arguments]).runs.first)
            #expect(run.stdout.findings == ["flushed": "ok"])
            #expect(run.refusedCalls == [])
            let byProgram = try flushes() - atStart

            let file = open(Self.shared, O_RDONLY)
            defer { close(file) }
            for _ in 0..<Self.calls { fsync(file) }
            let byTest = try flushes() - atStart - byProgram
            // Other programs flush too, but not as often; and some disks are never flushed.
            if byTest >= Self.calls { #expect(byProgram < Self.calls) }
        }
    }
}
