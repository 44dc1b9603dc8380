import Domain
import Testing

extension EscapeTests {
    @Suite struct CallTests {
        @Test(arguments: [
            ("namespaces", 33), ("mounts", 13), ("introspection", 16), ("machine", 19),
        ])
        func `a call that is not for programs is refused`(family: String, count: Int) async throws {
            let prison = try #require(Prison.current)
            let found = try await prison.findings("refused.c", [family])
            expectRefused(found, with: ["EPERM", "ENOSYS"], atLeast: count - 1)
        }

        @Test func `clone3 does not exist, so that threads are made another way`() async throws {
            let prison = try #require(Prison.current)
            #expect(try await prison.findings("refused.c", ["namespaces"])["clone3"] == "ENOSYS")
        }

        @Test(arguments: SecondProfile.families)
        func `sockets allow no call more`(family: String) async throws {
            let prison = try #require(Prison.current)
            let found = try await prison.findings("refused.c", [family], profile: .standard)
            expectRefused(found, with: ["EPERM", "ENOSYS"], atLeast: 12)
        }

        /// On a kernel where they fail outside as well, the refusals would prove nothing.
        @Test func `what an ordinary user may do outside is refused inside`() async throws {
            let prison = try #require(Prison.current)
            let inside = try await prison.findings("refused.c", ["ordinary"])
            expectRefused(inside, with: ["EPERM", "ENOSYS"], atLeast: 4)
            let outside = try Control.findings("refused.c", ["ordinary"])
            #expect(outside.values.filter { $0 == "ok" }.count >= 3, "\(outside)")
        }
    }

    private enum SecondProfile {
        static let families = ["namespaces", "mounts", "introspection", "machine"]
    }
}
