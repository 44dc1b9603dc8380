import EscapeCorpus
import Foundation
import Testing
import WardenClient
import WardenProtocol
import WardenUnderTest

extension EscapeTests {
    /// The proof that each attack can succeed: without the layer that should refuse it, the attack
    /// must come through.
    ///
    /// An attack that always fails proves nothing.
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
            // The network namespace has a second layer behind it if the kernel's Landlock knows
            // scopes.
            #expect(Set(IsolationLayer.allCases).subtracting(alone) == [.networkNamespace])
            #expect(Arsenal.gaps.contains { $0.walls.contains(.networkNamespace) })
        }
    }

    /// The System V objects that programs leave if a jail shares the host's, by their key.
    private enum SharedObjects {
        static func remove() {
            // Do not use Foundation's Process, which keeps descriptors open.
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
