import Foundation
import Testing

extension EndToEnd {
    /// The places of jails' groups on a machine with cgroup v2 alone, such as the machine of
    /// Scripts/vm-test.
    @Suite(.enabled(if: UnifiedGroup.isPossible, "this machine's cgroup hierarchy is not v2 alone"))
    struct UnifiedGroupTests {
        @Test func `in a group of its own the service makes room for its jails, each time again`()
            async throws
        {
            try await UnifiedGroup.make { group in
                let first = try await group.quicksand(["doctor"])
                #expect(group.places(in: first) == [group.path], "\(first.stdout)\(first.stderr)")
                #expect(group.hasLeaf)
                #expect(group.members.isEmpty)
                // This imitates a later start of a warden, which begins in the leaf.
                let second = try await group.quicksand(["doctor"], joining: "/quicksand-service")
                #expect(group.places(in: second) == [group.path], "\(second.stdout)")
            }
        }

        @Test func `in a group with others nothing of theirs is moved`() async throws {
            try await UnifiedGroup.make { group in
                let other = try RunningProgram("/bin/sleep", ["600"])
                do {
                    try group.add(other.pid)
                    let doctor = try await group.quicksand(["doctor"])
                    #expect(group.places(in: doctor) == [UnifiedGroup.root], "\(doctor.stdout)")
                    #expect(group.members == ["\(other.pid)"])
                    #expect(!group.hasLeaf)
                } catch {
                    await other.end()
                    throw error
                }
                await other.end()
            }
        }
    }
}

/// A control group of v2, like a service manager's group for a service.
private struct UnifiedGroup {
    static let root = "/sys/fs/cgroup"
    static let isPossible =
        FileManager.default.fileExists(atPath: root + "/cgroup.controllers") && geteuid() == 0

    let path: String

    static func make(_ body: (UnifiedGroup) async throws -> Void) async throws {
        let group = UnifiedGroup(path: root + "/quicksand-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            atPath: group.path,
            withIntermediateDirectories: false
        )
        defer {
            rmdir(group.path + "/quicksand-service")
            rmdir(group.path)
        }
        // The root may have processes and still give controllers.
        try "+memory +pids".write(
            toFile: root + "/cgroup.subtree_control",
            atomically: false,
            encoding: .utf8
        )
        try await body(group)
    }

    func add(_ process: Int32) throws {
        try "\(process)".write(toFile: path + "/cgroup.procs", atomically: false, encoding: .utf8)
    }

    func quicksand(_ arguments: [String], joining leaf: String = "") async throws -> CommandResult {
        let join = "echo $$ > \(path)\(leaf)/cgroup.procs; exec \"$@\""
        return try await command("/bin/sh", ["-c", join, "sh", Product.quicksand] + arguments)
    }

    /// Returns the groups that the doctor names for its controllers.
    func places(in doctor: CommandResult) -> Set<String> {
        Set(
            doctor.stdout.split(separator: "\n").compactMap { line in
                line.firstMatch(of: /cgroup \w+ +v2 (\/.*)$/).map { String($0.1) }
            }
        )
    }

    var members: [String] {
        let text = try? String(contentsOfFile: path + "/cgroup.procs", encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    var hasLeaf: Bool {
        FileManager.default.fileExists(atPath: path + "/quicksand-service")
    }
}
