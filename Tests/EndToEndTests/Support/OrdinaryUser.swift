import Foundation
import TestSupport
import Testing

/// Quicksand for an ordinary user of this machine: a copy of the built programs in a world-readable
/// folder, run without root's rights.
struct OrdinaryUser: Sendable {
    /// A user number of this test alone, so that all of its processes are this test's.
    ///
    /// It lies below the numbers that wardens give jails.
    let uid = UInt32.random(in: 1_000_000_000..<1_800_000_000)
    let folder: String

    static func make(_ body: (OrdinaryUser) async throws -> Void) async throws {
        let files = FileManager.default
        let folder = files.temporaryDirectory
            .appendingPathComponent("quicksand-user-\(UUID().uuidString)").path
        defer { try? files.removeItem(atPath: folder) }
        let user = OrdinaryUser(folder: folder)
        for part in ["bin", "share/quicksand", "home"] {
            try files.createDirectory(
                atPath: folder + "/" + part,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755]
            )
        }
        for program in ["quicksand", "quicksand-warden"] {
            try files.copyItem(
                atPath: Product.folder + "/" + program,
                toPath: "\(folder)/bin/\(program)"
            )
        }
        let limits = try Limits.shipped(milliseconds: Limits.ampleMilliseconds)
        _ = try user.write(limits, as: "share/quicksand/limits.json")
        for (from, to) in [("runtimes", "runtimes"), ("Sources/EscapeCorpus/Programs", "attacks")] {
            try files.copyItem(
                at: Repository.root.appendingPathComponent(from),
                to: URL(fileURLWithPath: "\(folder)/share/quicksand/\(to)")
            )
        }
        try files.setAttributes(
            [.ownerAccountID: user.uid, .groupOwnerAccountID: user.uid],
            ofItemAtPath: folder + "/home"
        )
        try await body(user)
    }

    /// The start of every command line.
    private func prefix() -> [String] {
        [
            "--reuid=\(uid)", "--regid=\(uid)", "--clear-groups", "env", "-i",
            "HOME=\(folder)/home", "PATH=/usr/bin:/bin", folder + "/bin/quicksand",
        ]
    }

    func quicksand(_ arguments: [String]) async throws -> CommandResult {
        try await command("/usr/bin/setpriv", prefix() + arguments)
    }

    /// Runs `quicksand` as a member of control groups that this user owns.
    func quicksand(
        _ arguments: [String],
        in groups: [String],
        seconds: Int = Patience.seconds
    ) async throws -> CommandResult {
        let joins = groups.map { "echo $$ > \($0)/cgroup.procs || exit 99; " }.joined()
        return try await command(
            "/bin/sh",
            ["-c", joins + "exec \"$@\"", "sh", "/usr/bin/setpriv"] + prefix() + arguments,
            seconds: seconds
        )
    }

    func serve(_ arguments: [String], _ body: (Server) async throws -> Void) async throws {
        let program = try RunningProgram(
            "/usr/bin/setpriv",
            prefix() + ["serve", "--port", "0", "--standby", "0"] + arguments
        )
        do {
            let deployment = Deployment(folder: folder + "/home")
            try await body(try await Server(program, deployment: deployment))
        } catch {
            await program.end()
            throw error
        }
        await program.end()
    }

    /// Writes a file that this user may read.
    func write(_ text: String, as name: String) throws -> String {
        let path = folder + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    var processes: [ProcessTable.Entry] { ProcessTable.all().filter { $0.uid == uid } }

    func awaitNoProcess() async throws {
        try await eventually("the end of every process of the user") { processes.isEmpty }
    }

    /// - Returns: the sleeping programs, once none of them is one of `others`.
    func awaitSleeping(but others: [ProcessTable.Entry]) async throws -> [ProcessTable.Entry] {
        try await eventually("a program in its jail") {
            let sleeping = processes.filter { $0.name == "sleep" }
            return sleeping.isEmpty || sleeping.contains(where: others.contains) ? nil : sleeping
        }
    }
}

/// A control group in each hierarchy that jails need, delegated to a user as a service manager
/// delegates one to a scope.
///
/// It serves one command: on v2 a group whose children have controllers accepts no more processes.
struct DelegatedGroups {
    let paths: [String]

    static func make(
        for uid: UInt32,
        _ body: ([String]) async throws -> Void
    ) async throws {
        let doctor = try await quicksand(["doctor"])
        let places = doctor.stdout.split(separator: "\n").compactMap { line in
            line.firstMatch(of: /cgroup \w+ +(v[12]) (\/.*)$/).map {
                (isUnified: $0.1 == "v2", path: String($0.2))
            }
        }
        try #require(!places.isEmpty, "\(doctor.stdout)")
        let name = "quicksand-test-\(UUID().uuidString)"
        let paths = Set(places.map { ($0.path == "/" ? "" : $0.path) + "/" + name }).sorted()
        defer { for path in paths { remove(path) } }
        for path in paths {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: false
            )
            for file in ["", "/cgroup.procs", "/tasks", "/cgroup.subtree_control"] {
                chown(path + file, uid, uid)
            }
        }
        try await body(paths)
    }

    /// Deletes the groups with all groups below; their files cannot be deleted.
    private static func remove(_ path: String) {
        let below = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        for name in below {
            var isFolder: ObjCBool = false
            let child = path + "/" + name
            if FileManager.default.fileExists(atPath: child, isDirectory: &isFolder),
                isFolder.boolValue
            {
                remove(child)
            }
        }
        rmdir(path)
    }
}
