import Domain
import WardenProtocol

extension Corpus {
    static let resources: [Attack] =
        ["processes", "threads", "vfork"].map { kind in
            Attack(
                "forkbomb \(kind)",
                .resources,
                .ordinary("spawn.c"),
                expected: .outcomes(["started": "31", "end": "EAGAIN"]),
                wall: .layers([.processLimit]),
                control: .succeeds(["started": "120", "end": "ok"])
            ).with {
                $0.runs = [[kind, "120"]]
                $0.limits = [.processes: 32]
            }
        } + memory + disk + time + locks + leftovers + [sockets, signals, output, arguments]

    private static let memory = ["heap", "shared", "memfd", "tmpfs", "sysv", "stack", "child"].map {
        kind in
        Attack(
            "memory \(kind)",
            .resources,
            .ordinary("memory.c"),
            // The first process of `child` ends well, and must not hide the end of the other
            // process.
            expected: .verdict(.memoryExceeded).with { $0.ignored = ["filled"] },
            wall: .layers([.memoryLimit]),
            control: .succeeds(["filled": "ok"])
        ).with {
            $0.runs = [[kind, "96"]]
            $0.limits = [
                .memoryBytes: 64 << 20, .fileBytes: 512 << 20, .workspaceBytes: 512 << 20,
            ]
        }
    }

    private static let sockets = Attack(
        "memory sockets",
        .resources,
        .ordinary("memory.c"),
        expected: .verdict(.memoryExceeded).with { $0.ignored = ["filled"] },
        wall: .layers([.memoryLimit]),
        control: .succeeds(["filled": "ok"])
    ).with {
        $0.runs = [["sockets", "256"]]
        $0.profiles = [.standard]
        $0.limits = [.memoryBytes: 64 << 20]
    }

    private static let disk = [
        Attack(
            "disk full",
            .resources,
            .ordinary("disk.py"),
            expected: .refusals(["ENOSPC"], atLeast: 10),
            wall: .layers([.workspaceLimit]),
            control: .succeeds(["fill .": "ok", "flood .": "ok", "nest .": "ok", "deleted .": "ok"])
        ).with {
            $0.runs = [["full", ".", "/tmp"]]
            $0.controlRuns = [["full", "."]]
            $0.limits = [.workspaceBytes: 8 << 20, .workspaceFiles: 500]
        },
        Attack(
            "disk huge",
            .resources,
            .ordinary("disk.py"),
            expected: .refusals(["EFBIG"], atLeast: 2),
            wall: .layers([.resourceLimits]),
            control: .succeeds(["huge /dev/shm": "ok"])
        ).with {
            $0.runs = [["huge", ".", "/tmp"]]
            $0.controlRuns = [["huge", "/dev/shm"]]
        },
    ]

    /// The attacks on time limits.
    ///
    /// Each ends by itself after some seconds, so that a missing clock does no harm.
    private static let time =
        [
            Attack(
                "cpu-threads",
                .resources,
                .ordinary("spin.c"),
                expected: .verdict(.cpuTimeExceeded),
                wall: .layers([.clock]),
                control: .succeeds(["spun": "ok"])
            ).with {
                $0.runs = [["64", "1500"]]
                $0.limits = [
                    .cpuMilliseconds: 1_000, .wallMilliseconds: 60_000, .processes: 256,
                ]
            },
            Attack(
                "signals deaf",
                .resources,
                .ordinary("deaf_spin.c"),
                expected: .verdict(.cpuTimeExceeded),
                wall: .layers([.clock]),
                control: .succeeds(["spun": "ok"])
            ).with { $0.limits = [.cpuMilliseconds: 500, .wallMilliseconds: 60_000] },
        ]
        + ["pause", "stop", "futex", "pipe", "deaf", "grandchild"].map { kind in
            Attack(
                "sleepers \(kind)",
                .resources,
                .ordinary("sleeper.py"),
                expected: .verdict(.timedOut),
                wall: .layers([.clock]),
                // The program was still running when its own watchdog ended it.
                control: .succeeds(["ended": "137"])
            ).with {
                $0.runs = [[kind]]
                $0.limits = [.wallMilliseconds: 400]
            }
        }

    /// The last two would hide locks from the count.
    private static let locks =
        ["process", "middle", "children", "open-file", "mapped", "two-faced"]
        .map { locks($0, error: "ENOLCK", wall: .fileLocks) } + [
            locks("tables", error: "EINVAL", wall: .systemCalls),
            locks("hopper", error: "ENOSYS", wall: .systemCalls),
        ]

    private static func locks(_ kind: String, error: String, wall: IsolationLayer) -> Attack {
        Attack(
            "slow-death locks \(kind)",
            .resources,
            .ordinary("locks.c"),
            expected: .outcomes(["locks": error]),
            wall: .layers([wall]),
            control: .succeeds(["locks": "ok"])
        ).with {
            $0.runs = [[kind, "10000"]]
            $0.limits = [.processes: 64]
        }
    }

    private static let leftovers =
        [
            leftover("watches", error: "ENOSPC", wall: .epollWatches),
            leftover("unseen", error: "ENOSPC", wall: .epollWatches),
            leftover("semaphores", error: "EINVAL", wall: .ipcLimits),
            leftover("sets", error: "ENOSPC", wall: .ipcLimits),
            leftover("queues", error: "ENOSPC", wall: .ipcLimits),
        ]
        + ["poll", "select"].map { kind in
            leftover(kind, error: "EINVAL", wall: .systemCalls).with {
                $0.limits = [.openFiles: 8_192]
            }
        }
        + [("groups", "ENODEV"), ("groups6", "ENODEV"), ("keys", "ENOPROTOOPT")].map {
            leftover($0.0, error: $0.1, wall: .systemCalls).with { $0.profiles = [.standard] }
        }

    private static func leftover(_ kind: String, error: String, wall: IsolationLayer) -> Attack {
        Attack(
            "slow-death " + kind,
            .resources,
            .ordinary("leftovers.c"),
            expected: .outcomes([kind: error]),
            wall: .layers([wall]),
            control: .succeeds([kind: "ok"])
        ).with { $0.runs = [[kind]] }
    }

    private static let signals = Attack(
        "signals sent",
        .resources,
        .ordinary("kill.py"),
        expected: .refusals(["EPERM", "ESRCH"], atLeast: 5),
        wall: .layers([.identity, .landlock]),
        control: .succeeds(["parent": "ok"])
    ).with {
        $0.runs = [["9"], ["15"], ["19"], ["0"]]
        // Any other number would end this user's other processes.
        $0.controlRuns = [["0"]]
    }

    private static let output = Attack(
        "output",
        .resources,
        .ordinary("flood.c"),
        expected: Expectation().with {
            $0.isTruncated = true
            $0.ignored = [String(repeating: "x", count: 65_536)]
        },
        wall: .intrinsic("the front keeps no more than the limit"),
        control: .succeeds(["bytes": "400000"])
    ).with {
        $0.runs = [["200000", "1"], ["200000", "4096"]]
        $0.limits = [.stdoutBytes: 65_536, .stderrBytes: 65_536]
    }

    private static let hostileArguments = [
        "--version\nln -s /bin/rm ./run", "-o/etc/x", "$(echo came through)", "`id`", "; id", "",
    ]

    private static let arguments = Attack(
        "argv-newline",
        .resources,
        .ordinary("argv.py"),
        expected: .outcomes([
            "count": "6", "argument 1": #"'--version\nln -s /bin/rm ./run'"#,
            "argument 2": "'-o/etc/x'", "argument 3": "'$(echo came through)'",
            "argument 4": "'`id`'", "argument 5": "'; id'", "argument 6": "''",
            "work folder": "argv.py attempts.py",
        ]),
        wall: .intrinsic("arguments are a vector; no shell reads them"),
        control: .succeeds(
            ["argument 1": "'came'", "work folder": "argv.py attempts.py run"],
            as: .throughShell
        )
    ).with {
        $0.runs = [hostileArguments]
        $0.controlRuns = [
            ["&&", "ln", "-s", "/bin/rm", "./run\npython3 argv.py", "$(echo came through)"]
        ]
    }
}
