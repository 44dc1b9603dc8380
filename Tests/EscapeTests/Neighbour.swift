import Domain
import Foundation
import Testing
import WardenClient

/// Another execution's jail, alive while an attack is made, with a file that is nobody else's.
struct Neighbour {
    private let jail: any Jail
    private let limits: Limits
    private let before: String

    init(in prison: Prison) async throws {
        limits = try prison.limits()
        jail = try await prison.session.open(
            JailOrder(
                runtime: try prison.runtime("python").number,
                profile: .strict,
                files: [SourceFile(path: "secret", content: Data(prison.canaries.secret.utf8))],
                limits: limits
            )
        )
        before = try await Self.look(jail, limits)
    }

    func close() { jail.close() }

    /// The same bytes, inode, owner and time of change.
    func expectUntouched() async throws {
        #expect(try await Self.look(jail, limits) == before)
    }

    private static func look(_ jail: any Jail, _ limits: Limits) async throws -> String {
        let mark = "%i %u %g %a %s %Y %y %n"
        let report = try await jail.run(
            StageOrder(
                arguments: ["/usr/bin/stat", "--format", mark, "/box/secret"],
                environment: [:],
                stdin: Data(),
                limits: limits
            )
        )
        let content = try await jail.run(
            StageOrder(
                arguments: ["/usr/bin/cat", "/box/secret"],
                environment: [:],
                stdin: Data(),
                limits: limits
            )
        )
        try #require(content.result.verdict == .exited(code: 0))
        return report.result.stdout.text + content.result.stdout.text
    }
}
