public import Domain

/// The system calls that a program in a jail can make on this machine's architecture: the policy as
/// a list by call, for people and for tests.
public struct SystemCallList: Sendable {
    fileprivate let entries: [Entry]

    fileprivate struct Entry: Sendable {
        let number: Int
        let name: String
        let rules: [SyscallPolicy.Rule]
    }

    /// Reads `seccomp.json` in the folder of runtimes.
    /// - Throws: ``CatalogError``
    public init(runtimesFolder: String) throws(CatalogError) {
        let path = HostPath.trimmed(runtimesFolder) + "/seccomp.json"
        self.init(try SyscallPolicy(SettingsFile(path: path, label: HostPath.name(path))))
    }

    init(_ policy: SyscallPolicy) {
        var rules: [Int: [SyscallPolicy.Rule]] = [:]
        var names: [Int: String] = [:]
        for rule in policy.rules where rule.isNative {
            for name in rule.names {
                guard let number = PolicyCompiler.number(of: name).map(Int.init) else { continue }
                names[number] = name
                rules[number, default: []].append(rule)
            }
        }
        entries = rules.keys.sorted().map {
            Entry(number: $0, name: names[$0] ?? "", rules: rules[$0] ?? [])
        }
    }

    /// Returns the numbers whose result with zero arguments is neither ENOSYS nor EPERM by the
    /// policy; the kernel itself may still return those.
    public func answeringZero(_ profile: SystemCallProfile) -> Set<Int> {
        Set(entries.filter { $0.answersZero(profile) }.map(\.number))
    }

    /// The table as text, with a line below a call for each rule that checks its arguments.
    public var text: String {
        let widths = [4, 24, 15]
        let lines = entries.flatMap { entry -> [String] in
            let cells =
                ["\(entry.number)", entry.name]
                + [SystemCallProfile.strict, .standard].map(entry.words)
            let row = zip(cells, widths + [0]).map { cell, width in
                cell + String(repeating: " ", count: max(0, width - cell.count))
            }
            return [row.joined(separator: " ")] + entry.conditions.map { "       " + $0 }
        }
        return Self.heading + lines.joined(separator: "\n") + "\n"
    }

    #if arch(x86_64)
    /// The architecture in the name of the list beside the policy: `syscalls.x86_64.txt`.
    public static let architecture = "x86_64"
    #elseif arch(arm64)
    /// The architecture in the name of the list beside the policy: `syscalls.aarch64.txt`.
    public static let architecture = "aarch64"
    #else
    /// The architecture in the name of the list beside the policy.
    public static let architecture = "other"
    #endif

    private static let heading = """
        # The system calls that a program in a jail can make on \(architecture): seccomp.json, read
        # out by `quicksand doctor --syscalls`. Columns: number, name, profile strict, profile standard.
        #   any    whatever its arguments
        #   some   under the conditions in the lines below it
        #   init   the jail's init lets it through, within bounds, or answers for the kernel
        #   done   0, without being made
        #   ERROR  that is all that it answers
        #   -      ENOSYS, as every call that is not listed here
        #   *      answers something else than ENOSYS and EPERM to six arguments of 0
        # The kernel shows uretprobe and uprobe (335 and 336 on x86_64, from 6.14) to no filter.
        # Tests hold this file to the policy, and what answers in a jail, of all numbers from 0 to
        # 1023, to this file.

        """
}

extension SystemCallList.Entry {
    private func rules(_ profile: SystemCallProfile) -> [SyscallPolicy.Rule] {
        rules.filter { $0.profiles.contains(profile) }
    }

    func answersZero(_ profile: SystemCallProfile) -> Bool {
        let rule = rules(profile).first { rule in
            rule.conditions.allSatisfy { $0.comparison.holds(0) }
        }
        switch rule?.action {
        case .allow, .notify: return true
        case .errno(let number): return ![1, 38].contains(number)
        default: return false
        }
    }

    func words(_ profile: SystemCallProfile) -> String {
        let rules = rules(profile)
        let mark = answersZero(profile) ? " *" : ""
        guard let rule = rules.first else { return "-" }
        return (rules.contains { !$0.conditions.isEmpty } ? "some" : rule.action.words) + mark
    }

    var conditions: [String] {
        guard rules.contains(where: { !$0.conditions.isEmpty }) else { return [] }
        return rules.map { rule in
            let profile =
                rule.profiles.count == 1 ? rule.profiles.map { "\($0) " }.joined() : ""
            let conditions = rule.conditions.map(\.words).joined(separator: ", ")
            let action = rule.action == .allow ? "allowed" : rule.action.words
            let when = conditions.isEmpty ? "otherwise" : "if \(conditions)"
            return "\(profile)\(action) \(when): \(rule.comment)"
        }
    }
}

extension SyscallPolicy.Action {
    fileprivate var words: String {
        let names: [UInt16: String] = [
            0: "done",
            1: "EPERM", 19: "ENODEV", 22: "EINVAL", 25: "ENOTTY", 38: "ENOSYS",
            92: "ENOPROTOOPT", 95: "EOPNOTSUPP", 97: "EAFNOSUPPORT",
        ]
        return switch self {
        case .allow: "any"
        case .errno(let number): names[number] ?? "errno \(number)"
        case .killProcess: "killed"
        case .notify: "init"
        }
    }
}

extension SyscallPolicy.Comparison {
    func holds(_ argument: UInt64) -> Bool {
        switch self {
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

extension SyscallPolicy.Condition {
    fileprivate var words: String {
        func hexadecimal(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }
        let rest =
            switch comparison {
            case .equal(let value): "= \(hexadecimal(value))"
            case .notEqual(let value): "≠ \(hexadecimal(value))"
            case .less(let value): "< \(hexadecimal(value))"
            case .lessOrEqual(let value): "≤ \(hexadecimal(value))"
            case .greater(let value): "> \(hexadecimal(value))"
            case .greaterOrEqual(let value): "≥ \(hexadecimal(value))"
            case .maskedEqual(let mask, let value):
                "& \(hexadecimal(mask)) = \(hexadecimal(value))"
            }
        return "argument \(argument + 1) " + rest
    }
}
