import Domain
import Foundation
import Testing
import WardenClient
import WardenUnderTest

extension EscapeTests {
    /// The spare networks, which the warden makes in advance.
    @Suite struct SpareNetworkTests {
        @Test(arguments: SystemCallProfile.allCases)
        func `a network that was made ahead is one jail's alone, and not its to change`(
            profile: SystemCallProfile
        ) async throws {
            let fixture = try #require(WardenFixture.current)
            let own = try Network(of: fixture.session.wardenProcess)
            var jails: [any SandboxSession] = []
            defer { for jail in jails { jail.close() } }
            // Keep all jails open, because the number of a removed network may be reused.
            var networks = [own]
            for _ in 0..<3 {
                let (jail, network) = try await openWithSpare(profile, in: fixture)
                jails.append(jail)
                networks.append(network)
            }
            #expect(Set(networks.map(\.number)).count == networks.count)
        }

        /// Opens a jail with a spare network.
        ///
        /// The warden makes a spare only after an idle moment; until then the kernel makes a jail's
        /// network with the jail, and the jail may change it.
        private func openWithSpare(
            _ profile: SystemCallProfile,
            in fixture: WardenFixture
        ) async throws -> (any SandboxSession, Network) {
            let own = try Network(of: fixture.session.wardenProcess)
            for attempt in 1...200 {
                // Wait longer each time: on a busy machine the idle moment comes later.
                try await Task.sleep(for: .milliseconds(10 * attempt))
                let before = try Network.processes(under: fixture.session.wardenProcess)
                let jail = try await fixture.session.open(
                    JailSpec(
                        runtime: try fixture.runtime("bash").number,
                        profile: profile,
                        files: [],
                        limits: try fixture.limits()
                    )
                )
                try await expectNoWayOut(of: jail, profile, try fixture.limits())
                let after = try Network.processes(under: fixture.session.wardenProcess)
                let initProcess = try #require(after.subtracting(before).first)
                let network = try Network(of: initProcess)
                if network.owner == own.owner {
                    #expect(try network.owner != Network.userNamespace(of: initProcess))
                    return (jail, network)
                }
                jail.close()
                await gone(jail)
            }
            throw Missing(what: "a network that was made ahead")
        }

        private func gone(_ jail: any SandboxSession) async {
            await withCheckedContinuation { gone in jail.close { gone.resume() } }
        }

        /// Checks that the network has only a loopback, which is up only in the profile with
        /// sockets.
        private func expectNoWayOut(
            of jail: any SandboxSession,
            _ profile: SystemCallProfile,
            _ limits: Limits
        ) async throws {
            let script = """
                while IFS=: read -r name rest; do
                    case $rest in *[0-9]*) echo $name;; esac
                done < /proc/self/net/dev
                grep -c 127.0.0.1 /proc/self/net/fib_trie
                """
            let report = try await jail.run(
                StageSpec(
                    arguments: ["/usr/bin/bash", "-c", script],
                    environment: [:],
                    limits: limits
                )
            )
            let lines = report.result.stdout.text.split(separator: "\n")
            #expect(lines.dropLast() == ["lo"])
            #expect((lines.last == "0") == (profile == .strict), "\(lines)")
        }
    }
}

/// A process's network namespace, and the user namespace whose root may change it.
private struct Network {
    let number: UInt64
    let owner: UInt64

    init(of process: Int32) throws {
        let descriptor = open("/proc/\(process)/ns/net", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let getUserNamespace: UInt = 0xb701  // NS_GET_USERNS of linux/nsfs.h
        let owner = ioctl(descriptor, getUserNamespace, 0)
        try #require(owner >= 0)
        defer { close(owner) }
        number = try Self.inode(descriptor)
        self.owner = try Self.inode(owner)
    }

    private static func inode(_ descriptor: Int32) throws -> UInt64 {
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)
        return UInt64(status.st_ino)
    }

    static func userNamespace(of process: Int32) throws -> UInt64 {
        let descriptor = open("/proc/\(process)/ns/user", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        return try inode(descriptor)
    }

    static func processes(under parent: Int32) throws -> Set<Int32> {
        let text = try String(
            contentsOfFile: "/proc/\(parent)/task/\(parent)/children",
            encoding: .utf8
        )
        return Set(text.split(separator: " ").compactMap { Int32($0) })
    }
}
