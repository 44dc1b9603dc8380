import Testing

extension EscapeTests {
    @Suite struct IdentityTests {
        @Test func `a program has no right and can get none`() async throws {
            let prison = try #require(Prison.current)
            let found = try await prison.findings("identity.py")
            let nothing = "0000000000000000"
            for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
                #expect(found["status " + set] == nothing)
            }
            #expect(found["status Uid"] == "1000\t1000\t1000\t1000")
            #expect(found["status Gid"] == "1000\t1000\t1000\t1000")
            #expect(found["status Groups"] == "")
            #expect(found["status NoNewPrivs"] == "1")
            #expect(found["status Seccomp"] == "2")
            for change in [
                "setuid", "setresuid", "setgid", "setgroups", "chown", "file capabilities",
            ] {
                #expect(["EPERM", "ENOSYS"].contains(found[change]), "\(change)")
            }
            #expect(found["after a setuid file"] == "1000")
        }
    }

    @Suite struct FileTests {
        private static let refusals: Set = [
            "EROFS", "EPERM", "EACCES", "ENOENT", "EXDEV", "EBUSY", "EINVAL", "EISDIR", "ENXIO",
            "ENOTDIR", "EEXIST", "ENOSYS", "EOPNOTSUPP",
        ]

        @Test(arguments: [("writing", 50), ("devices", 20), ("host", 30), ("kernel", 20)])
        func `what is not the program's own can be neither changed nor seen`(
            family: String,
            count: Int
        ) async throws {
            let prison = try #require(Prison.current)
            let found = try await prison.findings("files.py", [family] + prison.canaries.paths)
            expectRefused(found, with: Self.refusals, atLeast: count)
        }

        @Test func `outside, the same program reads a canary that all may read`() throws {
            let prison = try #require(Prison.current)
            let data = try #require(prison.canaries.paths.last)
            let outcome = try Control.run("files.py", ["host", data])
            #expect(outcome.output.text.contains(prison.canaries.secret))
        }
    }
}
