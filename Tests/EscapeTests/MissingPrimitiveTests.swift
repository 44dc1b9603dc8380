import Catalog
import Foundation
import Testing
import WardenClient
import WardenProtocol
import WardenUnderTest

extension EscapeTests {
    /// A missing kernel feature: a silent start without it would be worse than a refusal.
    @Suite struct MissingPrimitiveTests {
        #if arch(x86_64)
        private static let seccomp = 317
        #else
        private static let seccomp = 277
        #endif
        private static let notThere = 38

        private static let machines = [
            (
                "namespaces",
                "exec unshare --user --map-root-user sh -c "
                    + "'echo 0 > /proc/sys/user/max_user_namespaces && exec WARDEN'"
            ),
            ("seccomp", "exec python3 LACKING \(seccomp) \(notThere) WARDEN"),
            (
                "cgroup",
                "exec unshare -m sh -c 'umount -R -l /sys/fs/cgroup && exec WARDEN'"
            ),
        ]

        @Test(arguments: machines)
        func `a machine that lacks what jails need is refused by its name`(
            lacking: String,
            start: String
        ) throws {
            let fixture = try #require(WardenFixture.current)
            let programs = Checkout.attacks
            let script = FileManager.default.temporaryDirectory
                .appendingPathComponent("quicksand-" + UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: script) }
            let line =
                start
                .replacing("LACKING", with: programs.appendingPathComponent("lacking.py").path)
                .replacing("WARDEN", with: try Checkout.warden())
            let text = "#!/bin/sh\nexport PATH=/usr/bin:/bin:/usr/sbin:/sbin\n\(line)\n"
            try Data(text.utf8).write(to: script)
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755],
                ofItemAtPath: script.path
            )
            let error = #expect(throws: WardenStartError.self) {
                _ = try WardenConnection.start(
                    program: script.path,
                    catalog: fixture.catalog.image,
                    systemCallNames: []
                )
            }
            guard case .unfit(let primitive) = error else {
                Issue.record("\(lacking): \(String(describing: error))")
                return
            }
            #expect(primitive.name.hasPrefix(lacking), "\(primitive)")
        }
    }
}
