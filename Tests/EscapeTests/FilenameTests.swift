import Domain
import Foundation
import Testing
import WardenClient
import WardenUnderTest

extension EscapeTests {
    /// Unsafe file names.
    ///
    /// The API refuses them; init, which unpacks the files, must not depend on that.
    @Suite struct FilenameTests {
        private func open(_ paths: [String]) async throws {
            let fixture = try #require(WardenFixture.current)
            let runtime = try fixture.runtime("python")
            let files = paths.map { SourceFile(path: $0, content: Data("escaped".utf8)) }
            let jail = try await fixture.session.open(
                JailSpec(
                    runtime: runtime.number,
                    profile: .strict,
                    files: files,
                    limits: try fixture.limits()
                )
            )
            defer { jail.close() }
            let program = """
                import os
                for top, folders, files in os.walk("/"):
                    if top == "/": folders[:] = set(folders) - {"proc", "usr", "etc"}
                    for name in files:
                        path = os.path.join(top, name)
                        if os.path.isfile(path) and open(path, "rb").read(7) == b"escaped":
                            print(path)
                """
            let report = try await jail.run(
                StageSpec(
                    arguments: ["/usr/bin/python3", "-c", program],
                    environment: [:],
                    limits: try fixture.limits()
                )
            )
            #expect(report.result.verdict == .exited(code: 0), "\(report.result.stderr.text)")
            let found = report.result.stdout.text.split(separator: "\n")
            #expect(found.count == paths.count)
            #expect(found.allSatisfy { $0.hasPrefix("/box/") }, "\(found)")
        }

        @Test(arguments: [
            "../x", "../../../../../../etc/x", "/x", "a/../../x", "a/b/../../../x", ".", "..", "",
            "/", "./../x", "/proc/self/root/x/..", "/tmp/not-there", "a//b", "a/./b",
            String(repeating: "n", count: 300),
        ])
        func `a file that is not below the work folder ends the jail`(path: String) async throws {
            await #expect(throws: SandboxError.self) { try await open([path]) }
        }

        @Test func `a name twice, or a file that is a folder too, ends the jail`() async throws {
            await #expect(throws: SandboxError.self) { try await open(["x", "x"]) }
            await #expect(throws: SandboxError.self) { try await open(["x", "x/y"]) }
            await #expect(throws: SandboxError.self) { try await open(["x/y", "x"]) }
        }

        @Test(arguments: [
            "plain", "deep/er/file", "-rf", "name with space", "naïve", "\u{202e}txt", "$(id)",
            "a/\u{301}b", String(repeating: "n", count: 255),
        ])
        func `any other name is a file below the work folder`(path: String) async throws {
            try await open([path])
        }
    }
}
