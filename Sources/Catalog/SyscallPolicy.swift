import Domain

/// The content of `runtimes/seccomp.json`: an OCI seccomp profile, in which a rule may name the
/// profiles that it applies to.
///
/// An unknown key is an error, so that a misspelt rule cannot become a hole.
struct SyscallPolicy: Hashable, Sendable {
    let defaultAction: Action
    let architectures: Set<String>
    let rules: [Rule]

    enum Action: Hashable, Sendable {
        case allow
        /// 0 is success.
        case errno(UInt16)
        /// Init decides.
        case notify
        case killProcess
    }

    struct Rule: Hashable, Sendable {
        /// The place of the rule in the file, for messages.
        let field: String
        /// The reason for the rule, for people.
        let comment: String
        let names: [String]
        let action: Action
        /// The conditions.
        ///
        /// The rule applies if all of them hold.
        let conditions: [Condition]
        /// Empty for all.
        let architectures: Set<String>
        let profiles: Set<SystemCallProfile>
    }

    /// A condition on one argument of a call.
    struct Condition: Hashable, Sendable {
        let argument: UInt32
        let comparison: Comparison
    }

    /// A comparison of an argument.
    ///
    /// It compares all 64 bits: if the kernel reads only 32, the rule needs a mask for them, or
    /// must be one that refuses.
    enum Comparison: Hashable, Sendable {
        case equal(UInt64)
        case notEqual(UInt64)
        case less(UInt64)
        case lessOrEqual(UInt64)
        case greater(UInt64)
        case greaterOrEqual(UInt64)
        case maskedEqual(mask: UInt64, UInt64)
    }
}

extension SyscallPolicy {
    private static let errnoMax: Int64 = 4_095

    init(_ file: SettingsFile) throws(CatalogError) {
        let keys: Set = ["defaultAction", "defaultErrnoRet", "architectures", "syscalls"]
        let object = try file.root.object(keys: keys)
        defaultAction = try Self.action(
            object.required("defaultAction"),
            errno: object["defaultErrnoRet"]
        )
        let architectures = Set(try object.required("architectures").texts(max: 16).map(\.text))
        self.architectures = architectures
        rules = try object.required("syscalls").elements(max: 1_024).map {
            (field) throws(CatalogError) in
            try Self.rule(field, of: architectures)
        }
    }

    private static func rule(
        _ field: Field,
        of known: Set<String>
    ) throws(CatalogError) -> Rule {
        let keys: Set = [
            "comment", "names", "action", "errnoRet", "args", "architectures", "profiles",
        ]
        let object = try field.object(keys: keys)
        let conditions = try object["args"]?.elements(max: 6).map { (field) throws(CatalogError) in
            try condition(field)
        }
        var arguments: Set<UInt32> = []
        for condition in conditions ?? [] where !arguments.insert(condition.argument).inserted {
            throw field.error(.repeatedArgument(Int(condition.argument)))
        }
        return Rule(
            field: field.path.joined(separator: "."),
            comment: try object["comment"]?.text() ?? "",
            names: try object.required("names").texts(max: 512).map(\.text),
            action: try action(object.required("action"), errno: object["errnoRet"]),
            conditions: conditions ?? [],
            architectures: try architectures(object["architectures"], of: known),
            profiles: try profiles(object["profiles"])
        )
    }

    private static func action(_ field: Field, errno: Field?) throws(CatalogError) -> Action {
        let name = try field.text()
        guard name == "SCMP_ACT_ERRNO" else {
            if let errno { throw errno.error(.unknownKey) }
            switch name {
            case "SCMP_ACT_ALLOW": return .allow
            case "SCMP_ACT_KILL_PROCESS": return .killProcess
            case "SCMP_ACT_NOTIFY": return .notify
            default: throw field.error(.unknownValue(name))
            }
        }
        let permissionDenied: UInt16 = 1  // the OCI default
        guard let errno else { return .errno(permissionDenied) }
        let number = try errno.number()
        guard number <= errnoMax else { throw errno.error(.tooGreat(max: errnoMax)) }
        return .errno(UInt16(number))
    }

    private static func architectures(
        _ field: Field?,
        of known: Set<String>
    ) throws(CatalogError) -> Set<String> {
        guard let field else { return [] }
        let names = try field.texts(max: 16)
        for (name, field) in names where !known.contains(name) {
            throw field.error(.unknownValue(name))
        }
        return Set(names.map(\.text))
    }

    private static func profiles(_ field: Field?) throws(CatalogError) -> Set<SystemCallProfile> {
        guard let field else { return Set(SystemCallProfile.allCases) }
        var profiles: Set<SystemCallProfile> = []
        for (name, field) in try field.texts(max: 8) {
            switch name {
            case "strict": profiles.insert(.strict)
            case "standard": profiles.insert(.standard)
            default: throw field.error(.unknownValue(name))
            }
        }
        return profiles
    }

    private static func condition(_ field: Field) throws(CatalogError) -> Condition {
        let object = try field.object(keys: ["index", "value", "valueTwo", "op"])
        let index = try object.required("index")
        let argument = try index.number()
        guard argument < 6 else { throw index.error(.tooGreat(max: 5)) }
        return Condition(argument: UInt32(argument), comparison: try comparison(object))
    }

    private static func comparison(_ object: ObjectField) throws(CatalogError) -> Comparison {
        let op = try object.required("op")
        let name = try op.text()
        let value = UInt64(try object.required("value").number())
        if name == "SCMP_CMP_MASKED_EQ" {
            return .maskedEqual(mask: value, UInt64(try object.required("valueTwo").number()))
        }
        if let second = object["valueTwo"] { throw second.error(.unknownKey) }
        switch name {
        case "SCMP_CMP_EQ": return .equal(value)
        case "SCMP_CMP_NE": return .notEqual(value)
        case "SCMP_CMP_LT": return .less(value)
        case "SCMP_CMP_LE": return .lessOrEqual(value)
        case "SCMP_CMP_GT": return .greater(value)
        case "SCMP_CMP_GE": return .greaterOrEqual(value)
        default: throw op.error(.unknownValue(name))
        }
    }
}
