import Domain
import WardenProtocol

extension Corpus {
    static let files: [Attack] =
        [
            Attack(
                "readback-link",
                .files,
                .ordinary("readback.py"),
                expected: .refusals(["EXDEV", "EPERM", "EACCES"], atLeast: 4).with {
                    $0.outcomes = ["read through the link": ["ENOENT"]]
                    $0.refusedFiles = Set(traps)
                },
                wall: .layers([.beneath]),
                control: .succeeds(["read through the link": "ok"])
            ).with {
                $0.runs = [["{canary}", "1024"]]
                $0.outputs = traps
            },
            Attack(
                "fd-leak",
                .files,
                .everywhere("descriptors.c", everywhere),
                expected: .outcomes(["0": "pipe", "1": "pipe", "2": "pipe"]),
                wall: .layers([.descriptors]),
                control: .succeeds(["0": "device"])
            ),
            Attack(
                "cwd-escape",
                .files,
                .ordinary("files.py"),
                expected: .refusals(["ENOENT", "EACCES", "ENOTDIR", "EPERM"], atLeast: 20),
                wall: .intrinsic("nothing of the host is mounted in a jail"),
                control: .succeeds(["secret": "ok"])
            ).with { $0.runs = [["host", "{canaries}"]] },
            Attack(
                "read-only",
                .files,
                .ordinary("files.py"),
                expected: writing,
                wall: .layers([.readOnlyRoot]),
                control: .provesNothing("root's files are not an ordinary user's outside either")
            ).with { $0.runs = [["writing"]] },
            Attack(
                "env-leak",
                .files,
                .ordinary("environment.py"),
                expected: environment,
                wall: .intrinsic("a program is given an environment of its own"),
                control: .succeeds(["names": "LANG PATH"])
            ),
            Attack(
                "privilege",
                .files,
                .ordinary("identity.py"),
                expected: privilege,
                wall: .layers([.identity]),
                control: .succeeds(["setuid": "ok", "setgid": "ok"], as: .ownNamespaces)
            ),
            Attack(
                "persistence",
                .files,
                .ordinary("persistence.py"),
                expected: Expectation().with {
                    let places = ["/box", "/tmp", "/dev/shm", "shm", "sem", "msg"]
                    $0.ignored = Set(places.map { "left " + $0 })
                },
                wall: .layers([.ipcNamespace]),
                control: .succeeds(["found shm": "ok", "found /tmp": "ok", "found mqueue": "ok"])
            ).with {
                $0.runs = [["leave"]]
                $0.followUp = ["look"]
                $0.controlRuns = [["leave", "near"], ["look", "near"]]
                $0.cleanUp = ["erase", "near"]
            },
        ] + processFiles + devices

    private static let traps = [
        "absolute", "canary", "through-proc", "climbing", "inside", "loop", "folder-link", "fifo",
        "folder",
    ]

    private static let writing = Expectation.refusals(
        ["EROFS", "EPERM", "EACCES", "ENOENT", "EXDEV", "EBUSY", "EISDIR", "EEXIST", "EOPNOTSUPP"],
        atLeast: 50
    ).with {
        for path in ["/", "/usr", "/usr/bin", "/etc", "/dev"] {
            $0.outcomes["create in " + path] = ["EROFS"]
            $0.outcomes["folder in " + path] = ["EROFS"]
        }
        for path in ["/usr/bin/env", "/etc/passwd", "/etc/ld.so.cache"] {
            for way in ["unlink", "rename", "chmod", "utime"] {
                $0.outcomes["\(way) \(path)"] = ["EROFS"]
            }
        }
    }

    private static let environment = Expectation.outcomes([
        "names": "HOME LANG PATH PYTHONDONTWRITEBYTECODE TMPDIR",
        "proc": "HOME LANG PATH PYTHONDONTWRITEBYTECODE TMPDIR",
        "value HOME": "/box", "value LANG": "C.UTF-8", "value TMPDIR": "/tmp",
        "value PATH": "/usr/local/bin:/usr/bin:/bin", "value PYTHONDONTWRITEBYTECODE": "1",
        "aux uid": "1000", "aux euid": "1000", "aux gid": "1000", "aux egid": "1000",
        "aux secure": "0", "file": "/usr/bin/python3", "host": "jail", "parent": "1",
    ])

    private static let privilege: Expectation = {
        var expected = Expectation.outcomes([
            "status Groups": "", "status NoNewPrivs": "1", "status Seccomp": "2",
            "after a setuid file": "1000",
        ])
        for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
            expected.outcomes["status " + set] = ["0000000000000000"]
        }
        for identity in ["Uid", "Gid"] {
            expected.outcomes["status " + identity] = ["1000\t1000\t1000\t1000"]
        }
        for change in ["setgroups", "capset"] { expected.outcomes[change] = ["EPERM"] }
        for change in ["setuid", "setresuid", "setgid", "chown", "setuid nobody", "chown nobody"] {
            expected.outcomes[change] = ["EPERM"]
        }
        expected.outcomes["file capabilities"] = ["EPERM"]
        return expected
    }()

    private static let processFiles = [
        Attack(
            "proc strangers",
            .files,
            .ordinary("files.py"),
            expected: .refusals(["ENOENT"], atLeast: 8),
            wall: .layers([.hiddenProcesses]),
            control: .succeeds(["list /proc/1": "ok", "read /proc/1/status": "ok"])
        ).with { $0.runs = [["strangers"]] },
        Attack(
            "proc kernel",
            .files,
            .ordinary("files.py"),
            expected: .refusals(["ENOENT"], atLeast: 15),
            wall: .intrinsic("a jail's /proc has processes and nothing of the kernel"),
            control: .succeeds(["read /proc/cmdline": "ok", "read /proc/meminfo": "ok"])
        ).with { $0.runs = [["kernel"]] },
        Attack(
            "proc own",
            .files,
            .ordinary("files.py"),
            expected: .refusals(["EACCES"], atLeast: 6),
            wall: .layers([.landlock]),
            control: .succeeds(["write comm": "ok", "write oom_score_adj": "ok"])
        ).with { $0.runs = [["own"]] },
    ]

    private static let devices = [
        Attack(
            "dev making",
            .files,
            .ordinary("files.py"),
            expected: .refusals(["ENOENT"], atLeast: 20).with {
                for device in ["mem", "null", "tty", "kmsg", "disk", "loop"] {
                    $0.outcomes["mknod " + device] = ["EPERM"]
                }
            },
            wall: .intrinsic("a jail has five devices, and only the machine's root makes more"),
            control: .succeeds(["open ptmx": "ok"])
        ).with { $0.runs = [["devices"]] },
        Attack(
            "dev replacing",
            .files,
            .ordinary("files.py"),
            expected: .refusals(["EROFS"], atLeast: 5),
            wall: .layers([.readOnlyRoot]),
            control: .provesNothing("devices belong to root outside as well")
        ).with { $0.runs = [["replacing"]] },
    ]
}
