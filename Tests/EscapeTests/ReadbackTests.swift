import Domain
import Foundation
import Testing
import WardenClient
import WardenUnderTest

extension EscapeTests {
    /// Links in output files: most sandboxes fell because a trusted side followed a guest's link
    /// (CVE-2024-28185).
    @Suite struct ReadbackTests {
        private static let traps = [
            "absolute", "canary", "through-proc", "climbing", "inside", "loop", "folder-link",
            "fifo",
            "folder",
        ]

        private func files(
            _ outputs: [String],
            sparseBytes: Int = 1 << 20
        ) async throws -> [String: OutputFile.Content] {
            let fixture = try #require(WardenFixture.current)
            let canary = try #require(try fixture.canaries.paths.last)
            let result = try await fixture.run(
                "readback.py",
                runs: [[canary, "\(sparseBytes)"]],
                outputs: outputs
            )
            let run = try #require(result.runs.first)
            #expect(run.verdict == .exited(code: 0), "\(run.stderr.text)")
            var attempts = run.stdout.findings
            #expect(attempts.removeValue(forKey: "read through the link") == "ENOENT")
            expectRefused(attempts, with: ["EXDEV", "EPERM", "EACCES"], atLeast: 3)
            return Dictionary(result.files.map { ($0.path, $0.content) }) { first, _ in first }
        }

        @Test func `a link, pipe or folder is an error for that file alone`() async throws {
            let files = try await files(Self.traps + ["honest.txt"])
            for trap in Self.traps { #expect(files[trap] == .refused(.notARegularFile), "\(trap)") }
            #expect(files["honest.txt"] == .bytes(Data("honest".utf8)))
            #expect(files.count == Self.traps.count + 1)
        }

        @Test func `a file that its own rights forbid is an error for that file alone`()
            async throws
        {
            let files = try await files(["closed", "closed-folder/inner", "honest.txt"])
            #expect(files["closed"] == .refused(.unreadable))
            #expect(files["closed-folder/inner"] == nil)
            #expect(files["honest.txt"] != nil)
        }

        @Test func `a hard link within the work folder is a file like any other`() async throws {
            #expect(try await files(["linked"])["linked"] == .bytes(Data("honest".utf8)))
        }

        @Test(arguments: [
            "/etc/passwd", "../etc/passwd", "folder-link/passwd", "absolute/../../etc/passwd",
            "/proc/self/environ", "missing", "",
        ])
        func `a name that leads outside, or nowhere, brings nothing`(name: String) async throws {
            #expect(try await files([name]).isEmpty)
        }

        @Test(arguments: [(-1, true), (0, true), (1, false)])
        func `files above what is brought back are too large, and the others come`(
            more: Int,
            isBrought: Bool
        ) async throws {
            let size = Int(OutputFile.totalBytesMax) - "honest".utf8.count + more
            let files = try await files(["honest.txt", "sparse"], sparseBytes: size)
            #expect(files["honest.txt"] == .bytes(Data("honest".utf8)))
            let expected: OutputFile.Content =
                isBrought ? .bytes(Data(count: size)) : .refused(.tooLarge)
            #expect(files["sparse"] == expected)
        }

        @Test func `every other file is told of by its digest, and what is none is refused`()
            async throws
        {
            let fixture = try #require(WardenFixture.current)
            let jail = try await fixture.session.open(
                JailSpec(
                    runtime: try fixture.runtime("python").number,
                    profile: .strict,
                    files: [
                        SourceFile(path: "kept", content: Data("kept".utf8)),
                        SourceFile(path: "below/changed", content: Data("before".utf8)),
                    ],
                    limits: try fixture.limits()
                )
            )
            defer { jail.close() }
            let script = "printf after > below/changed; printf x > made; ln -s kept link"
            let report = try await jail.run(
                StageSpec(
                    arguments: ["/bin/sh", "-c", script],
                    environment: ["PATH": "/usr/bin:/bin"],
                    limits: try fixture.limits(),
                    outputs: ["made"],
                    digestsOthers: true
                )
            )
            #expect(report.result.verdict == .exited(code: 0))
            let made = OutputFile(path: "made", content: .bytes(Data("x".utf8)))
            let link = OutputFile(path: "link", content: .refused(.notARegularFile))
            #expect(Set(report.files) == [made, link])
            let expected = [("kept", "kept"), ("below/changed", "after")].map { path, text in
                FileDigest(path: path, digest: ContentDigest(of: Data(text.utf8)))
            }
            #expect(Set(report.others) == Set(expected))
        }

        @Test func `a pattern for everything brings the honest files and follows nothing`()
            async throws
        {
            let files = try await files(["**"])
            let bytes = files.filter { if case .bytes = $0.value { true } else { false } }.keys
            #expect(
                bytes.sorted() == [
                    "attempts.py", "folder/inner", "honest.txt", "linked", "readback.py", "sparse",
                ]
            )
        }
    }
}
