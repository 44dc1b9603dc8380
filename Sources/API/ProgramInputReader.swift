import Domain

/// Reads what a program is started with: its arguments and its environment.
struct ProgramInputReader {
    static let argumentsMax = 64
    static let argumentBytesMax = 8_192
    static let environmentMax = 64
    static let environmentNameBytesMax = 255
    /// Of one stage together, each with its closing NUL: one frame carries them to the warden.
    static let totalBytesMax = 32_768

    func arguments(_ fields: Fields) throws(APIError) -> [String] {
        let arguments = try fields.strings(
            "args",
            countMax: Self.argumentsMax,
            bytesMax: Self.argumentBytesMax
        )
        for (index, argument) in (arguments ?? []).enumerated() {
            try checkNUL(argument, at: "\(fields.path("args"))[\(index)]")
        }
        return arguments ?? []
    }

    /// Any name that a shell could set, `LD_PRELOAD` among them: it takes effect inside the jail,
    /// where it can do no more than the program itself.
    ///
    /// - Parameters:
    ///   - base: what the names of `env` are laid over.
    ///   - removes: whether `null` takes a name of `base` away.
    func environment(
        _ fields: Fields,
        over base: [String: String] = [:],
        nullRemoves removes: Bool = false
    ) throws(APIError) -> [String: String] {
        var environment = base
        for member in try fields.object("env", countMax: Self.environmentMax) ?? [] {
            guard Self.isName(member.name) else {
                throw .field(
                    member.path,
                    "must be named by letters, digits and `_`, not starting with a digit"
                )
            }
            if removes && member.value == .null {
                environment[member.name] = nil
                continue
            }
            let value = try member.value.string(at: member.path, bytesMax: Self.totalBytesMax)
            try checkNUL(value, at: member.path)
            environment[member.name] = value
        }
        guard environment.count <= Self.environmentMax else {
            throw .field(
                "env",
                "has \(environment.count) names with the project's, above the limit of "
                    + "\(Self.environmentMax)",
                value: JSONValue(environment.count),
                limit: JSONValue(Self.environmentMax)
            )
        }
        return environment
    }

    /// What an environment takes up, each name and value with its `=` and its closing NUL.
    static func bytes(of environment: [String: String]) -> Int {
        environment.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count + 2 }
    }

    func checkTotal(
        _ inputs: [RunInput],
        environment: [String: String]
    ) throws(APIError) {
        let shared = Self.bytes(of: environment)
        for (index, input) in inputs.enumerated() {
            let total = input.arguments.reduce(shared) { $0 + $1.utf8.count + 1 }
            guard total <= Self.totalBytesMax else {
                let field = inputs.count == 1 ? "args" : "runs[\(index)].args"
                throw .field(
                    field,
                    "and `env` are \(total) bytes together, above the limit of "
                        + "\(Self.totalBytesMax)",
                    value: JSONValue(total),
                    limit: JSONValue(Self.totalBytesMax)
                )
            }
        }
    }

    private func checkNUL(_ text: String, at path: String) throws(APIError) {
        guard !text.utf8.contains(0) else { throw .field(path, "must not hold a NUL") }
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= environmentNameBytesMax else {
            return false
        }
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default:
                false
            }
        }
        return isPlain && !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
    }
}
