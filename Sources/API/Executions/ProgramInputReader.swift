import Domain
import JSON

/// Reads a program's arguments and environment.
struct ProgramInputReader {
    static let argumentsMax = 64
    static let argumentBytesMax = 8_192
    static let environmentMax = 64
    static let environmentNameBytesMax = 255
    /// The maximum size of all arguments and variables of one stage, each with its closing NUL: one
    /// frame carries them to the warden.
    static let totalBytesMax = 32_768

    /// - Parameter base: the variables to start from; a `nil` in `given` removes one.
    func environment(
        _ given: [String: String?],
        over base: [String: String] = [:]
    ) throws(APIError) -> [String: String] {
        var environment = base
        for (name, value) in given { environment[name] = value }
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

    /// Returns the size of an environment: each name and value with its `=` and its closing NUL.
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

    static func isName(_ name: String) -> Bool {
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
