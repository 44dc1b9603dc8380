import Domain
import WardenProtocol

extension Corpus {
    /// Returns one sweep for each profile, since the answers differ.
    static func sweeps(_ answering: [SystemCallProfile: Set<Int>]) -> [Attack] {
        SystemCallProfile.allCases.map { profile in
            var expected = Expectation.outcomes(["swept": "ok"])
            expected.ignored = Set((answering[profile] ?? []).map(String.init))
                .union(unfiltered)
            return Attack(
                "sweep-native \(profile)",
                .systemCalls,
                .everywhere("sweep.c", [.program, .compiler]),
                expected: expected,
                wall: .layers([.systemCalls]),
                // open_tree and mount_setattr, whose numbers are the same on every architecture.
                control: .succeeds(["428": "EFAULT", "442": "EINVAL", "swept": "ok"])
            ).with { $0.profiles = [profile] }
        }
    }

    #if arch(x86_64)
    /// The calls uretprobe and uprobe, which the kernel lets pass every filter.
    ///
    /// A tracer inserts them into unaware programs; from any other place they end the caller or do
    /// nothing. See `seccomp_uprobe_exception` of kernel/seccomp.c, from 6.14.
    private static let unfiltered: Set = ["335", "336"]
    #else
    private static let unfiltered: Set<String> = []
    #endif

    static let systemCalls: [Attack] =
        [
            filtered(
                "ns-create",
                "namespaces.c",
                expected: .refusals(["EPERM"], atLeast: 34).with {
                    $0.outcomes = ["clone3": ["ENOSYS"], "thread": ["ok"]]
                },
                control: .succeeds(["clone user": "ok", "unshare user": "ok", "clone3": "ok"])
            ),
            filtered(
                "io-uring",
                "io_uring.c",
                expected: .refusals(["ENOSYS"], atLeast: 3),
                control: .succeeds(["setup": "ok", "enter": "ok"])
            ),
            filtered(
                "keyring",
                "keyring.c",
                expected: .refusals(["ENOSYS"], atLeast: 2),
                control: .succeeds(["add_key": "ok", "search": "ok"])
            ).with {
                $0.runs = [["leave"]]
                $0.followUp = ["look"]
            },
            filtered(
                "introspect",
                "introspection.c",
                expected: .refusals(["ENOSYS"], atLeast: 10).with {
                    for call in ["ptrace traceme", "ptrace attach", "perf_event_open", "bpf"] {
                        $0.outcomes[call] = ["EPERM"]
                    }
                },
                control: .succeeds(["ptrace traceme": "ok", "process_vm_readv": "ok", "kcmp": "ok"])
            ),
            filtered(
                "mounts",
                "mounts.c",
                expected: .refusals(["ENOSYS"], atLeast: 15).with {
                    for call in ["mount", "remount", "bind", "umount2", "pivot_root", "chroot"] {
                        $0.outcomes[call] = ["EPERM"]
                    }
                },
                control: .succeeds(["mount": "ok", "open_tree": "ok"], as: .ownNamespaces)
            ),
            filtered(
                "memfd-exec",
                "memfd_exec.c",
                // Without Python: its /proc/self/exe is Python itself, not the attack.
                places: [.program, .thread, .grandchild, .compiler],
                expected: .refusals(["ENOSYS"], atLeast: 6).with {
                    $0.outcomes = ["runs from memory": ["yes"], "unshare": ["EPERM"]]
                },
                control: .succeeds(["runs from memory": "yes", "unshare": "ok", "kcmp": "ok"])
            ),
            filtered(
                "clock",
                "clock.c",
                expected: .refusals(["EPERM"], atLeast: 10),
                control: .succeeds([
                    "adjtimex": "ok", "clock_adjtime": "ok", "clock_settime": "EFAULT",
                ])
            ),
            filtered(
                "masked",
                "masked.c",
                expected: .refusals(["EINVAL"], atLeast: 24).with {
                    for turn in 1...2 {
                        $0.outcomes["ioctl TIOCSTI \(turn)"] = ["ENOTTY"]
                        $0.outcomes["ioctl FIOQSIZE \(turn)"] = ["ENOTTY"]
                        $0.outcomes["futex FUTEX_LOCK_PI \(turn)"] = ["ENOSYS"]
                        $0.outcomes["setsockopt SO_TIMESTAMP \(turn)"] = ["ENOPROTOOPT"]
                        $0.outcomes["clone user \(turn)"] = ["EPERM"]
                        $0.outcomes["socket AF_NETLINK \(turn)"] = ["EAFNOSUPPORT"]
                        $0.outcomes["socket AF_INET SOCK_RAW \(turn)"] = ["EAFNOSUPPORT", "EPERM"]
                    }
                },
                control: .succeeds([
                    "socket AF_NETLINK 1": "ok", "clone user 2": "ok",
                    "futex FUTEX_LOCK_PI 1": "ok", "ioctl FIOQSIZE 1": "ok",
                    "fcntl F_NOTIFY 2": "ok", "setsockopt SO_TIMESTAMP 1": "ok",
                ])
            ),
            filtered(
                "options",
                "options.c",
                expected: .refusals(["ENOSYS"], atLeast: 38).with {
                    for option in [
                        "SO_ATTACH_FILTER", "SO_TIMESTAMP", "TCP_MD5SIG", "TCP_REPAIR", "TCP_ULP",
                        "IPV6_ADDRFORM", "IPV6_RTHDR", "UDP_SEGMENT",
                    ] {
                        $0.outcomes[option] = ["ENOPROTOOPT"]
                    }
                    for call in ["TIOCSTI", "FIOQSIZE"] { $0.outcomes[call] = ["ENOTTY"] }
                    for call in [
                        "F_SETLEASE", "PR_SET_MM", "PR_SET_SECCOMP", "PR_SET_PTRACER",
                        "personality",
                    ] {
                        $0.outcomes[call] = ["EINVAL"]
                    }
                    for call in [
                        "sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg",
                    ] {
                        $0.outcomes[call + " MSG_OOB"] = ["EOPNOTSUPP"]
                    }
                    $0.outcomes["send above MSG_OOB"] = ["EOPNOTSUPP"]
                    $0.outcomes["open O_DIRECT"] = ["EINVAL"]
                    $0.outcomes["F_SETFL O_DIRECT"] = ["EINVAL"]
                },
                control: .succeeds([
                    "tee": "ok", "splice": "ok", "vmsplice": "ok", "sendto MSG_OOB": "ok",
                    "FUTEX_LOCK_PI": "ok", "mq_open": "ok", "SO_ATTACH_FILTER": "ok",
                    "SO_TIMESTAMP": "ok", "FIOQSIZE": "ok", "option 1 26": "EINVAL",
                ])
            ),
        ] + otherEntries + families

    #if arch(x86_64)
    /// The attack on system call entries of other architectures, which this machine's processor
    /// has.
    private static let otherEntries = [
        filtered(
            "entries",
            "entries.c",
            expected: .outcomes(["i386": "SYS", "x32": "SYS"]),
            control: .succeeds(["i386": "ok", "x32": "refused"])
        )
    ]
    #else
    private static let otherEntries: [Attack] = []
    #endif

    /// The attacks on socket families, one for each profile.
    private static let families = SystemCallProfile.allCases.map { profile in
        filtered(
            "families \(profile)",
            "families.c",
            expected: .refusals(["EAFNOSUPPORT"], atLeast: 100).with {
                guard profile == .standard else { return }
                for family in ["unix", "inet", "inet6"] {
                    $0.outcomes[family + " stream"] = ["ok"]
                    $0.outcomes[family + " datagram"] = ["ok"]
                    $0.outcomes[family + " raw"] = ["EPERM"]
                    $0.outcomes[family + " seqpacket"] = ["EPROTONOSUPPORT"]
                }
                for family in ["inet", "inet6"] {
                    for kind in ["icmp", "sctp", "mptcp", "udplite"] {
                        $0.outcomes["\(family) \(kind)"] = ["EPROTONOSUPPORT"]
                    }
                }
            },
            control: .succeeds(["netlink raw": "ok", "inet stream": "ok"])
        ).with { $0.profiles = [profile] }
    }

    /// Returns an attack that the filter refuses from every place, in both profiles.
    private static func filtered(
        _ name: String,
        _ file: String,
        places: [Place] = everywhere,
        expected: Expectation,
        control: Control
    ) -> Attack {
        Attack(
            name,
            .systemCalls,
            .everywhere(file, places),
            expected: expected,
            wall: .layers([.systemCalls]),
            control: control
        ).with { $0.profiles = SystemCallProfile.allCases }
    }
}
