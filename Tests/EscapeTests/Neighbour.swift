import Domain
import Foundation
import Testing
import WardenClient
import WardenUnderTest

/// Another execution's jail that lives during an attack, with a file of its own.
struct Neighbour {
    private let jail: any SandboxSession
    private let limits: Limits
    private let before: String

    init(in fixture: WardenFixture) async throws {
        limits = try fixture.limits()
        jail = try await fixture.session.open(
            JailSpec(
                runtime: try fixture.runtime("python").number,
                profile: .strict,
                files: [
                    SourceFile(path: "secret", content: Data(try fixture.canaries.secret.utf8))
                ],
                limits: limits
            )
        )
        before = try await Self.look(jail, limits)
    }

    func close() { jail.close() }

    /// Checks that the file has the same bytes, inode, owner and time of change.
    func expectUntouched() async throws {
        #expect(try await Self.look(jail, limits) == before)
    }

    private static func look(_ jail: any SandboxSession, _ limits: Limits) async throws -> String {
        let mark = "%i %u %g %a %s %Y %y %n"
        let report = try await jail.run(
            StageSpec(
                arguments: ["/usr/bin/stat", "--format", mark, "/box/secret"],
                environment: [:],
                limits: limits
            )
        )
        let content = try await jail.run(
            StageSpec(
                arguments: ["/usr/bin/cat", "/box/secret"],
                environment: [:],
                limits: limits
            )
        )
        try #require(content.result.verdict == .exited(code: 0))
        return report.result.stdout.text + content.result.stdout.text
    }
}
