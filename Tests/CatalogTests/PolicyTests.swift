import Domain
import TestSupport
import Testing

@testable import Catalog

private let enosys: UInt32 = 0x0005_0026
/// The result for which the kernel notifies init, which answers with ENOSYS.
private let named: UInt32 = 0x7fc0_0000
private let permissionDenied: UInt32 = 0x0005_0001
private let noAddressFamily: UInt32 = 0x0005_0061
private let allowed: UInt32 = 0x7fff_0000
private let killed: UInt32 = 0x8000_0000

/// The shipped policy, compiled for this machine.
private struct ShippedPolicy {
    let policy: SyscallPolicy
    private let programs: [[UInt8]]

    init() throws {
        let file = try SettingsFile(path: Repository.policy, label: "seccomp.json")
        policy = try SyscallPolicy(file)
        programs = try PolicyCompiler(policy: policy, label: "seccomp.json").programs()
    }

    func filter(_ profile: SystemCallProfile) -> BerkeleyFilter {
        BerkeleyFilter(programs[Int(profile.rawValue)])
    }

    func answer(
        _ name: String,
        _ arguments: [UInt64] = [],
        _ profile: SystemCallProfile = .standard
    ) throws -> UInt32 {
        let number = try #require(PolicyCompiler.number(of: name))
        let call = BerkeleyFilter.Call(number: UInt32(number), arguments: arguments)
        return try filter(profile).answer(to: call)
    }
}

@Suite struct `The shipped syscall policy` {
    private let shipped: ShippedPolicy

    init() throws { shipped = try ShippedPolicy() }

    @Test(arguments: ["read", "write", "mmap", "execve", "exit_group", "openat", "wait4", "rseq"])
    func `allows what every program needs`(name: String) throws {
        for profile in SystemCallProfile.allCases {
            #expect(try shipped.answer(name, [], profile) == allowed)
        }
    }

    @Test(arguments: [
        "unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "ptrace", "bpf",
        "perf_event_open", "settimeofday", "clock_settime", "adjtimex", "clock_adjtime", "reboot",
        "swapon", "init_module", "finit_module", "delete_module", "kexec_load", "acct", "quotactl",
        "open_by_handle_at", "name_to_handle_at",
    ])
    func `refuses with EPERM what a program may expect to be refused`(name: String) throws {
        for profile in SystemCallProfile.allCases {
            #expect(try shipped.answer(name, [], profile) == permissionDenied)
        }
    }

    @Test(arguments: [
        "io_uring_enter", "io_uring_register", "keyctl", "add_key",
        "request_key", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp",
        "userfaultfd", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick",
        "mount_setattr", "splice", "tee", "vmsplice", "seccomp",
        "landlock_create_ruleset", "mq_open", "inotify_init1", "fanotify_init", "sync", "syncfs",
        "memfd_secret", "process_madvise",
    ])
    func `has nothing of what no program here needs`(name: String) throws {
        for profile in SystemCallProfile.allCases {
            #expect(try shipped.answer(name, [], profile) == named)
        }
    }

    @Test(arguments: ["clone3", "io_uring_setup", "copy_file_range"])
    func `is quiet about what every program tries first`(name: String) throws {
        for profile in SystemCallProfile.allCases {
            #expect(try shipped.answer(name, [], profile) == enosys)
        }
    }

    @Test(arguments: [
        0x80, 0x20000, 0x200_0000, 0x400_0000, 0x800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000,
    ])
    func `refuses clone with any namespace bit, whatever the unused upper half says`(
        bit: UInt64
    ) throws {
        let signal: UInt64 = 17
        let garbage: UInt64 = 0xdead_beef_0000_0000
        #expect(try shipped.answer("clone", [signal]) == allowed)
        #expect(try shipped.answer("clone", [garbage | signal]) == allowed)
        #expect(try shipped.answer("clone", [bit | signal]) == permissionDenied)
        #expect(try shipped.answer("clone", [garbage | bit | signal]) == permissionDenied)
    }

    @Test func `lets threads start`() throws {
        // The flags are those of glibc's pthread_create.
        #expect(try shipped.answer("clone", [0x3d_0f00]) == allowed)
    }

    @Test(arguments: [UInt64(1), 2, 10], [UInt64(1), 2])
    func `lets the standard profile alone make ordinary sockets`(
        family: UInt64,
        type: UInt64
    ) throws {
        let closeOnExec: UInt64 = 0o2_000_000
        let arguments = [family, type | closeOnExec, 0]
        #expect(try shipped.answer("socket", arguments, .standard) == allowed)
        #expect(try shipped.answer("socket", arguments, .strict) == noAddressFamily)
    }

    @Test(arguments: [UInt64(0), 3, 9, 16, 17, 38, 40, 44])
    func `knows no other address family`(family: UInt64) throws {
        for profile in SystemCallProfile.allCases {
            #expect(try shipped.answer("socket", [family, 3, 0], profile) == noAddressFamily)
        }
    }

    @Test(arguments: [
        [2, 3, 0], [2, 3, 1], [10, 3, 58], [2, 1, 262], [2, 1, 132], [2, 2, 136], [2, 5, 132],
    ])
    func `has no raw sockets and no protocols but TCP and UDP`(arguments: [UInt64]) throws {
        #expect(try shipped.answer("socket", arguments) == named)
    }

    @Test func `lets event loops have a pair of Unix sockets in either profile`() throws {
        for profile in SystemCallProfile.allCases {
            #expect(try shipped.answer("socketpair", [1, 1], profile) == allowed)
            #expect(try shipped.answer("socketpair", [2, 1], profile) == named)
            #expect(try shipped.answer("sendmsg", [], profile) == allowed)
        }
        #expect(try shipped.answer("connect", [], .strict) == named)
        #expect(try shipped.answer("connect", [], .standard) == allowed)
    }

    @Test func `never lets a terminal be typed into, whatever the unused upper half says`() throws {
        #expect(try shipped.answer("ioctl", [0, 0x5401]) == allowed)
        #expect(try shipped.answer("ioctl", [0, 0x5412]) == named)
        #expect(try shipped.answer("ioctl", [0, 0xffff_ffff_0000_5412]) == named)
    }

    @Test func `allows futexes without priority inheritance`() throws {
        for operation in [0, 1, 3, 4, 5, 9, 10, 128, 129, 265, 393] as [UInt64] {
            #expect(try shipped.answer("futex", [0, operation]) == allowed, "\(operation)")
        }
        for operation in [6, 7, 8, 11, 12, 13, 134, 140] as [UInt64] {
            #expect(try shipped.answer("futex", [0, operation]) == named, "\(operation)")
        }
    }

    @Test func `keeps filters, repairs and leases out of options`() throws {
        #expect(try shipped.answer("setsockopt", [0, 1, 2]) == allowed)
        #expect(try shipped.answer("setsockopt", [0, 1, 26]) == named)
        #expect(try shipped.answer("setsockopt", [0, 6, 1]) == allowed)
        #expect(try shipped.answer("setsockopt", [0, 6, 19]) == named)
        #expect(try shipped.answer("fcntl", [0, 36]) == allowed)
        #expect(try shipped.answer("fcntl", [0, 1_024]) == named)
        #expect(try shipped.answer("fcntl", [0, 1_026]) == named)
        #expect(try shipped.answer("prctl", [15]) == allowed)
        #expect(try shipped.answer("prctl", [35]) == named)
        #expect(try shipped.answer("personality", [0xffff_ffff]) == allowed)
        #expect(try shipped.answer("personality", [0x4_0000]) == named)
        #expect(try shipped.answer("mknodat", [0, 0, 0x1000]) == allowed)
        #expect(try shipped.answer("mknodat", [0, 0, 0x2000]) == permissionDenied)
    }

    @Test func `leaves locks to init, but not unlocking`() throws {
        for command in [6, 7, 37, 38, 0xffff_ffff_0000_0006] as [UInt64] {
            #expect(try shipped.answer("fcntl", [0, command]) == named, "\(command)")
        }
        for operation in [1, 2, 5, 6] as [UInt64] {
            #expect(try shipped.answer("flock", [0, operation]) == named, "\(operation)")
        }
        #expect(try shipped.answer("flock", [0, 8]) == allowed)
        #expect(try shipped.answer("fcntl", [0, 5]) == allowed)
    }

    /// Init counts locks by process.
    @Test func `lets a process have one table of descriptors`() throws {
        let (files, thread, memory): (UInt64, UInt64, UInt64) = (0x400, 0x1_0000, 0x100)
        #expect(try shipped.answer("clone", [17]) == allowed)
        #expect(try shipped.answer("clone", [17 | memory]) == allowed)
        #expect(try shipped.answer("clone", [files | thread | memory]) == allowed)
        #expect(try shipped.answer("clone", [17 | files]) == named)
        #expect(try shipped.answer("clone", [thread | memory]) == named)
        #expect(try shipped.answer("unshare", [files]) == permissionDenied)
        #expect(try shipped.answer("close_range", [3, 9, 0]) == allowed)
        #expect(try shipped.answer("close_range", [3, 9, 4]) == allowed)
        for flags in [2, 6, 0xffff_ffff_0000_0002] as [UInt64] {
            #expect(try shipped.answer("close_range", [3, 9, flags]) == 0x0005_0016)
        }
    }

    @Test func `keeps programs from the host's disk`() throws {
        #if arch(x86_64)
        let direct: UInt64 = 0x4000
        #else
        let direct: UInt64 = 0x1_0000
        #endif
        let invalid: UInt32 = 0x0005_0016
        for upper in [0, 0xffff_ffff_0000_0000] as [UInt64] {
            #expect(try shipped.answer("openat", [0, 0, upper | direct]) == invalid)
            #expect(try shipped.answer("openat", [0, 0, upper | 0x8_0000]) == allowed)
            #expect(try shipped.answer("fcntl", [0, upper | 4, direct]) == invalid)
            #expect(try shipped.answer("fcntl", [0, upper | 4, 0x800]) == allowed)
        }
        #if arch(x86_64)
        #expect(try shipped.answer("open", [0, direct]) == invalid)
        #expect(try shipped.answer("open", [0, 0]) == allowed)
        #endif
        #expect(try shipped.answer("openat2") == named)
        #expect(try shipped.answer("fsync") == named)
        #expect(try shipped.answer("fdatasync") == named)
        #expect(try shipped.answer("msync", [0, 0, 1]) == allowed)
        #expect(try shipped.answer("msync", [0, 0, 4]) == 0x0005_0000)
        #expect(try shipped.answer("msync", [0, 0, 5]) == allowed)
        #expect(try shipped.answer("preadv2", [0, 0, 0, 0, 0, 0x1f]) == allowed)
        #expect(try shipped.answer("preadv2", [0, 0, 0, 0, 0, 0x80]) == named)
        #expect(try shipped.answer("pwritev2", [0, 0, 0, 0, 0, 0x80]) == named)
        #expect(try shipped.answer("sync") == named)
    }

    @Test func `kills a call that comes by another architecture's entry`() throws {
        let other = [BerkeleyFilter.x86, BerkeleyFilter.x86x64, BerkeleyFilter.aarch64, 0]
        for profile in SystemCallProfile.allCases {
            for architecture in other where architecture != BerkeleyFilter.nativeArchitecture {
                let call = BerkeleyFilter.Call(number: 0, architecture: architecture)
                #expect(try shipped.filter(profile).answer(to: call) == killed)
            }
        }
    }

    #if arch(x86_64)
    @Test func `kills an x32 call`() throws {
        let call = BerkeleyFilter.Call(number: 0x4000_0000 | 39)
        #expect(try shipped.filter(.standard).answer(to: call) == killed)
    }
    #endif

    @Test func `answers as the rules read, for every number and telling arguments`() throws {
        let values: [UInt64] = [
            0, 1, 2, 3, 6, 10, 16, 17, 38, 39, 1_030, 0x5401, 0x1000, 0x6000, 0x1000_0011,
            0xffff_ffff,
            0x1_0000_0002, .max,
        ]
        for profile in SystemCallProfile.allCases {
            let filter = shipped.filter(profile)
            let model = PolicyModel(shipped.policy, profile)
            for number in 0..<512 as Range<UInt32> {
                let telling = model.looksAtArguments(number) ? values : [0]
                for (first, second) in telling.flatMap({ one in telling.map { (one, $0) } }) {
                    let arguments = [first, second, second, first, second, first]
                    let call = BerkeleyFilter.Call(number: number, arguments: arguments)
                    let answer = try filter.answer(to: call)
                    let expected = model.answers(number: number, arguments: arguments)
                    if !expected.contains(answer) {
                        Issue.record(
                            "\(profile) \(number) \(arguments): \(answer), not \(expected)"
                        )
                    }
                }
            }
        }
    }
}

/// A model of the rules, read one by one, with which the compiled filter must agree.
private struct PolicyModel {
    private var rules: [UInt32: [SyscallPolicy.Rule]] = [:]
    private let standard: UInt32

    init(_ policy: SyscallPolicy, _ profile: SystemCallProfile) {
        standard = named
        for rule in policy.rules where rule.profiles.contains(profile) && rule.isNative {
            for number in rule.names.compactMap(PolicyCompiler.number) {
                rules[UInt32(number), default: []].append(rule)
            }
        }
    }

    func looksAtArguments(_ number: UInt32) -> Bool {
        (rules[number] ?? []).contains { !$0.conditions.isEmpty }
    }

    /// Returns the actions of all rules that hold; there is more than one only if rules overlap.
    func answers(number: UInt32, arguments: [UInt64]) -> Set<UInt32> {
        let holding = (rules[number] ?? []).filter { rule in
            rule.conditions.allSatisfy { holds($0.comparison, arguments[Int($0.argument)]) }
        }
        return holding.isEmpty ? [standard] : Set(holding.map { PolicyCompiler.code($0.action) })
    }

    private func holds(_ comparison: SyscallPolicy.Comparison, _ argument: UInt64) -> Bool {
        switch comparison {
        case .equal(let value): argument == value
        case .notEqual(let value): argument != value
        case .less(let value): argument < value
        case .lessOrEqual(let value): argument <= value
        case .greater(let value): argument > value
        case .greaterOrEqual(let value): argument >= value
        case .maskedEqual(let mask, let value): argument & mask == value
        }
    }
}
