import CSeccomp
import Domain
import Glibc

/// Compiles the policy into classic BPF for this machine's architecture, with libseccomp.
///
/// A system call that this architecture or this libseccomp does not know gets no rule, so the
/// default refuses it. The filter contains no other architecture, so a 32-bit (`int 0x80`) or x32
/// call on x86-64 kills the process: those entries have their own numbers, and a rule that means
/// `read` here would mean another call there.
struct PolicyCompiler {
    /// BPF_MAXINSNS of linux/bpf_common.h: the kernel refuses a longer program.
    static let instructionsMax = 4_096
    private static let bytesPerInstruction = 8
    /// SCMP_FLTATR_CTL_OPTIMIZE: a binary tree of system calls in place of a chain of comparisons.
    private static let binaryTree: UInt32 = 2
    /// SECCOMP_RET_USER_NOTIF.
    private static let notify: UInt32 = 0x7fc0_0000

    let policy: SyscallPolicy
    let label: String

    /// Returns one program for each profile, in the order of their numbers.
    func programs() throws(CatalogError) -> [[UInt8]] {
        guard policy.architectures.contains(where: Self.isNative) else {
            throw CatalogError(
                file: label,
                field: "architectures",
                problem: .unknownValue("this machine's architecture")
            )
        }
        let profiles = SystemCallProfile.allCases.sorted { $0.rawValue < $1.rawValue }
        return try profiles.map { (profile) throws(CatalogError) in try program(for: profile) }
    }

    private func program(for profile: SystemCallProfile) throws(CatalogError) -> [UInt8] {
        // The kernel notifies init of calls that the default refuses, and init answers with ENOSYS.
        guard policy.defaultAction == .errno(UInt16(ENOSYS)) else {
            throw CatalogError(
                file: label,
                field: "defaultErrnoRet",
                problem: .unknownValue("another default than SCMP_ACT_ERRNO with ENOSYS")
            )
        }
        guard let context = seccomp_init(Self.notify) else {
            throw failure("seccomp_init", -EINVAL)
        }
        defer { seccomp_release(context) }
        let attributes = [
            (SCMP_FLTATR_ACT_BADARCH, Self.code(.killProcess)),
            (SCMP_FLTATR_CTL_OPTIMIZE, Self.binaryTree),
        ]
        for (attribute, value) in attributes {
            let result = seccomp_attr_set(context, attribute, value)
            guard result == 0 else { throw failure("seccomp_attr_set", result) }
        }
        // What init decides is the default, which needs no rule.
        for rule in policy.rules
        where rule.profiles.contains(profile) && rule.isNative && rule.action != .notify {
            try add(rule, to: context)
        }
        return try exported(context)
    }

    private func add(
        _ rule: SyscallPolicy.Rule,
        to context: scmp_filter_ctx
    ) throws(CatalogError) {
        let arguments = rule.conditions.map(Self.comparison)
        for name in rule.names {
            guard let number = Self.number(of: name) else { continue }
            let result = seccomp_rule_add_array(
                context,
                Self.code(rule.action),
                number,
                UInt32(arguments.count),
                arguments
            )
            guard result == 0 else {
                throw failure("seccomp_rule_add_array(\(name))", result, field: rule.field)
            }
        }
    }

    /// Returns the number of a call; `nil` for a call of other architectures, or one that this
    /// libseccomp does not know.
    static func number(of name: String) -> Int32? {
        let number = seccomp_syscall_resolve_name(name)
        return number >= 0 ? number : nil
    }

    /// Returns the names of this machine's system calls by number; an unused number has an empty
    /// name.
    static func systemCallNames() -> [String] {
        (0..<Int32(1_024)).map { number in
            guard let name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number) else {
                return ""
            }
            defer { free(name) }
            return String(cString: name)
        }
    }

    /// Returns the program's bytes.
    ///
    /// libseccomp writes only to a descriptor, so an unlinked file is
    /// used.
    private func exported(_ context: scmp_filter_ctx) throws(CatalogError) -> [UInt8] {
        guard let file = tmpfile() else { throw failure("tmpfile", -errno) }
        defer { fclose(file) }
        let descriptor = fileno(file)
        let result = seccomp_export_bpf(context, descriptor)
        guard result == 0 else { throw failure("seccomp_export_bpf", result) }
        let bytesMax = (Self.instructionsMax + 1) * Self.bytesPerInstruction
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { throw failure("pread", -errno) }
        let instructions = count / Self.bytesPerInstruction
        guard instructions <= Self.instructionsMax else {
            throw CatalogError(
                file: label,
                problem: .filterTooLong(instructions: instructions, max: Self.instructionsMax)
            )
        }
        return Array(bytes[..<count])
    }

    private func failure(_ call: String, _ result: Int32, field: String = "") -> CatalogError {
        CatalogError(file: label, field: field, problem: .libseccomp(call: call, errno: -result))
    }

    /// libseccomp calls `x86_64` what OCI calls `SCMP_ARCH_X86_64`.
    fileprivate static func isNative(_ architecture: String) -> Bool {
        let name = architecture.replacing("SCMP_ARCH_", with: "").lowercased()
        return seccomp_arch_resolve_name(name) == seccomp_arch_native()
    }

    /// Returns the SECCOMP_RET value of linux/seccomp.h; libseccomp defines them as macros that
    /// Swift cannot import.
    static func code(_ action: SyscallPolicy.Action) -> UInt32 {
        switch action {
        case .allow: 0x7fff_0000
        case .errno(let number): 0x0005_0000 | UInt32(number)
        case .killProcess: 0x8000_0000
        case .notify: notify
        }
    }

    private static func comparison(_ condition: SyscallPolicy.Condition) -> scmp_arg_cmp {
        let (op, first, second): (scmp_compare, UInt64, UInt64) =
            switch condition.comparison {
            case .equal(let value): (SCMP_CMP_EQ, value, 0)
            case .notEqual(let value): (SCMP_CMP_NE, value, 0)
            case .less(let value): (SCMP_CMP_LT, value, 0)
            case .lessOrEqual(let value): (SCMP_CMP_LE, value, 0)
            case .greater(let value): (SCMP_CMP_GT, value, 0)
            case .greaterOrEqual(let value): (SCMP_CMP_GE, value, 0)
            case .maskedEqual(let mask, let value): (SCMP_CMP_MASKED_EQ, mask, value)
            }
        return scmp_arg_cmp(arg: condition.argument, op: op, datum_a: first, datum_b: second)
    }
}

extension SyscallPolicy.Rule {
    /// Whether the rule is for this machine.
    var isNative: Bool {
        architectures.isEmpty || architectures.contains(where: PolicyCompiler.isNative)
    }
}
