import Foundation

/// Another sandbox for a program, from this machine's packages.
///
/// Each sandbox gets namespaces, a read-only root and nothing more expensive, which is less than a
/// jail has: the comparison favours the other sandbox.
struct ComparisonSandbox: Sendable {
    let name: String
    let program: String
    let has: String
    let lacks: String
    /// Returns the whole command that runs a program in the sandbox.
    let command: @Sendable (_ program: [String], _ scene: BenchScene) throws -> [String]

    /// Every sandbox that can be compared, installed or not.
    static let all = [bubblewrap, firejail, runsc, crun]

    private static let bubblewrap = ComparisonSandbox(
        name: "bubblewrap",
        program: "/usr/bin/bwrap",
        has: "every namespace, read-only root, own /proc and /dev",
        lacks: "control group, system call filter, own user number"
    ) { program, _ in
        ["/usr/bin/bwrap", "--unshare-all", "--ro-bind", "/", "/", "--dev", "/dev"]
            + ["--proc", "/proc"] + program
    }

    private static let firejail = ComparisonSandbox(
        name: "firejail",
        program: "/usr/bin/firejail",
        has: "pid, mount, ipc and network namespaces, read-only root, own /dev",
        lacks: "control group, system call filter, user namespace"
    ) { program, _ in
        ["/usr/bin/firejail", "--quiet", "--noprofile", "--net=none", "--ipc-namespace"]
            + ["--read-only=/", "--private-dev"] + program
    }

    private static let runsc = ComparisonSandbox(
        name: "runsc",
        program: "/usr/bin/runsc",
        has: "gVisor's own kernel on the platform ptrace, namespaces, the root under an overlay",
        lacks: "control group"
    ) { program, scene in
        ["/usr/bin/runsc", "--root", try scene.makeFolder("runsc"), "--rootless"]
            + ["--network=none", "--ignore-cgroups", "--platform=ptrace", "do"] + program
    }

    private static let crun = ComparisonSandbox(
        name: "crun",
        program: "/usr/bin/crun",
        has: "pid, mount, ipc, uts and network namespaces, read-only root, a control group",
        lacks: "system call filter, own user number"
    ) { program, scene in
        let bundle = try ContainerBundle(program, in: scene)
        let state = try scene.makeFolder("crun")
        return ["/usr/bin/crun", "--root", state, "run", "--bundle", bundle.path]
            + ["quicksand-bench"]
    }

    /// The time above which a peer skips rounds.
    private static let patienceMilliseconds = 25.0
    private static let everyMax = 10
    private static let attemptSeconds = 20.0

    /// Runs a program once in every peer.
    /// - Parameter output: the output that the program must write.
    /// - Returns: the peers that run here, and a record of every peer.
    static func contenders(
        running program: [String],
        environment: [String: String] = [:],
        expecting output: String,
        in scene: BenchScene
    ) throws -> (contenders: [Contender], records: [ComparisonRecord]) {
        var contenders: [Contender] = []
        var records: [ComparisonRecord] = []
        for peer in all {
            let command = try peer.command(program, scene)
            let sandboxed = try BareProgram(command, environment: environment, expecting: output)
            var record = ComparisonRecord(peer, unable: peer.isInstalled ? nil : "not installed")
            if record.unable == nil {
                record.unable = sandboxed.attempt(withinSeconds: attemptSeconds)
            }
            if record.unable == nil {
                let every = Int((try sandboxed.time() / patienceMilliseconds).rounded(.up))
                record.every = min(max(1, every), everyMax)
                record.version = try ChildProcess.output(of: [peer.program, "--version"])?
                    .split(separator: "\n").first.map(String.init)
                contenders.append(
                    Contender(peer.name, every: record.every) { try sandboxed.time() }
                )
            }
            records.append(record)
        }
        return (contenders, records)
    }

    private var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }
}

/// An OCI bundle for a program: the output of `crun spec` without the parts that need a terminal,
/// on a root of the host's `/usr` and `/etc`.
private struct ContainerBundle {
    let path: String

    /// The folders of programs and libraries beside `/usr`; most are links into it.
    private static let folders = ["bin", "sbin", "lib", "lib64"]

    init(_ program: [String], in scene: BenchScene) throws {
        path = try scene.makeFolder("bundle")
        let root = try scene.makeFolder("bundle/rootfs")
        var shown = ["/usr", "/etc", scene.folder]
        let files = FileManager.default
        for folder in Self.folders {
            if let target = try? files.destinationOfSymbolicLink(atPath: "/" + folder) {
                let link = root + "/" + folder
                try? files.removeItem(atPath: link)
                try files.createSymbolicLink(atPath: link, withDestinationPath: target)
            } else if files.fileExists(atPath: "/" + folder) {
                shown.append("/" + folder)
            }
        }
        let configuration = Self.configuration(program, shown: shown)
        let content = try JSONSerialization.data(withJSONObject: configuration)
        _ = try scene.write(content, as: "bundle/config.json")
    }

    private static func configuration(_ program: [String], shown: [String]) -> [String: Any] {
        let folders: [[String: Any]] = shown.map {
            ["destination": $0, "type": "bind", "source": $0, "options": ["bind", "ro"]]
        }
        let others: [[String: Any]] = [
            ["destination": "/proc", "type": "proc", "source": "proc"],
            [
                "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
                "options": ["nosuid", "mode=755", "size=65536k"],
            ],
        ]
        return [
            "ociVersion": "1.0.0",
            "process": [
                "user": ["uid": 0, "gid": 0], "args": program, "cwd": "/",
                "env": ["PATH=/usr/bin:/bin"], "noNewPrivileges": true,
            ] as [String: Any],
            "root": ["path": "rootfs", "readonly": true] as [String: Any],
            "mounts": others + folders,
            "linux": [
                "namespaces": ["pid", "network", "ipc", "uts", "mount"].map { ["type": $0] }
            ],
        ]
    }
}

/// The record of a compared sandbox in a report.
struct ComparisonRecord: Codable, Sendable {
    let name: String
    let has: String
    let lacks: String
    var version: String?
    /// The reason why the sandbox is missing from the table, in one line; `nil` if it is present.
    var unable: String?
    /// The sandbox took part in one round of this many.
    var every = 1

    init(_ peer: ComparisonSandbox, unable: String?) {
        name = peer.name
        has = peer.has
        lacks = peer.lacks
        self.unable = unable
    }

    var sentence: String {
        if let unable { return "\(name) does not run here: \(unable)." }
        let rounds = every == 1 ? "" : " It took part in one round of \(every)."
        return "\(version ?? name) has: \(has); lacks: \(lacks).\(rounds)"
    }
}
