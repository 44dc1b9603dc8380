import EscapeCorpus
import Foundation
import Testing
import WardenClient
import WardenProtocol
import WardenUnderTest

extension EscapeTests {
    /// An attack that is refused whatever one does shows nothing: each of them must come through
    /// where the wall that is said to refuse it has been left out.
    @Suite struct CanFailTests {
        @Test(arguments: Arsenal.gaps)
        func `without its wall an attack comes through`(gap: Arsenal.Gap) async throws {
            let open = try WardenFixture.open(without: gap.walls)
            defer { open.close() }
            defer { if gap.walls.contains(.ipcNamespace) { SharedObjects.remove() } }
            let named = Set(open.session.primitives.filter { $0.name == "left out" }.map(\.detail))
            #expect(named == Set(gap.walls.map { "\($0)" }))
            for attack in gap.attacks {
                let outcome = try await open.harness().make(attack, isBrief: true)
                guard case .cameThrough = outcome else {
                    Issue.record("\(attack): \(outcome)")
                    continue
                }
            }
            await open.session.waitUntilEmpty()
        }

        @Test func `every wall has an attack that only it refuses`() {
            let alone = Arsenal.gaps.filter { $0.walls.count == 1 }.flatMap(\.walls)
            // A network's wall has a second one behind it where the kernel's Landlock knows scopes.
            #expect(Set(IsolationLayer.allCases).subtracting(alone) == [.networkNamespace])
            #expect(Arsenal.gaps.contains { $0.walls.contains(.networkNamespace) })
        }
    }

    /// What the programs leave where a jail shares the host's System V objects, by their key.
    private enum SharedObjects {
        static func remove() {
            // Not by Foundation's Process, which keeps descriptors for later.
            let words = ["ipcrm", "-M", "0x5153", "-S", "0x5153", "-Q", "0x5153"]
            var arguments = words.map { strdup($0) } + [nil]
            defer { for argument in arguments { free(argument) } }
            var child: pid_t = 0
            guard posix_spawn(&child, "/usr/bin/ipcrm", nil, nil, &arguments, nil) == 0 else {
                return
            }
            waitpid(child, nil, 0)
        }
    }
}
