import Catalog
import Domain
import EscapeCorpus
import Foundation
import Testing
import WardenClient
import WardenProtocol
import WardenUnderTest

extension EscapeTests {
    /// The attacks on files and identity; ``ReadbackTests`` covers output files, and
    /// ``FilenameTests`` source files.
    @Suite struct FileTests {
        @Test(arguments: Arsenal.of(.files))
        func `no file and no right is had that is not the program's own`(
            attack: Attack
        )
            async throws
        {
            try await WardenFixture.expectRefused(attack)
        }

        @Test func `the table of mounts names nothing of the host but the system's own folders`()
            async throws
        {
            let fixture = try #require(WardenFixture.current)
            let roots = fixture.catalog.image.root.mounts.map(\.source)
            for runtime in fixture.catalog.runtimes.installed {
                // The table is read with the root of each runtime: some have folders of their own.
                let jail = try await fixture.session.open(
                    JailSpec(
                        runtime: runtime.number,
                        profile: .strict,
                        files: [],
                        limits: try fixture.limits()
                    )
                )
                defer { jail.close() }
                let report = try await jail.run(
                    StageSpec(
                        arguments: ["/usr/bin/cat", "/proc/self/mountinfo"],
                        environment: [:],
                        limits: try fixture.limits()
                    )
                )
                let lines = report.result.stdout.text.split(separator: "\n")
                #expect(lines.count >= 5)
                for line in lines {
                    let words = line.split(separator: " ").map(String.init)
                    // The mount's source path and target must be equal, unless the mount is a whole
                    // file system.
                    #expect(words[3] == "/" || roots.contains(words[3]), "\(line)")
                    #expect(words[3] == "/" || words[3] == words[4], "\(line)")
                    #expect(!line.contains(Checkout.root), "\(line)")
                }
            }
        }
    }
}
