import Domain
import Testing

extension EscapeTests {
    @Suite struct PersistenceTests {
        @Test func `a jail sees nothing of the one before it`() async throws {
            let prison = try #require(Prison.current)
            let first = try await prison.run("persistence.py", runs: [["leave"], ["look"]])
            let marks = try #require(first.runs.first).stdout.findings
            let expected: Set = [
                "left /box", "left /tmp", "left /dev/shm", "left shm", "left sem", "left msg",
            ]
            #expect(Set(marks.keys) == expected)
            // The control: what is there is found, by the same jail's next stage.
            let found = try #require(first.runs.last).stdout.findings
            #expect(found.keys.contains("found /box") && found.keys.contains("found shm"))
            #expect(found.count == marks.count)

            #expect(try await prison.findings("persistence.py", ["look"]).isEmpty)
        }
    }

    @Suite struct EnvironmentTests {
        @Test func `a program is told what is documented and no more`() async throws {
            let prison = try #require(Prison.current)
            let found = try await prison.findings("environment.py")
            let expected = [
                "names": "HOME LANG PATH PYTHONDONTWRITEBYTECODE TMPDIR",
                "proc": "HOME LANG PATH PYTHONDONTWRITEBYTECODE TMPDIR",
                "value HOME": "/box", "value LANG": "C.UTF-8", "value TMPDIR": "/tmp",
                "value PATH": "/usr/local/bin:/usr/bin:/bin",
                "value PYTHONDONTWRITEBYTECODE": "1",
                "aux uid": "1000", "aux euid": "1000", "aux gid": "1000", "aux egid": "1000",
                "aux secure": "0", "file": "/usr/bin/python3", "host": "jail",
            ]
            #expect(found.filter { $0.key != "pid" } == expected)
            #expect(found["pid"]?.hasSuffix("ppid=1") == true)
        }

        @Test func `outside, the same program sees another environment`() throws {
            #expect(try Control.findings("environment.py")["names"] == "LANG PATH")
        }
    }
}
