/// A problem in one of the operator's files, and its place: `limits.json:
/// plans.free.wall_ms.default exceeds its ceiling`.
///
/// The first problem is thrown, before anything has been changed.
public struct CatalogError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name of the file for the operator, such as `runtimes/python/runtime.json`.
    public let file: String
    /// The path of names to the wrong value; empty for the file as a whole.
    public let field: String
    public let problem: Problem

    public init(file: String, field: String = "", problem: Problem) {
        self.file = file
        self.field = field
        self.problem = problem
    }

    public enum Problem: Hashable, Sendable {
        case unreadable
        case tooLarge(bytesMax: Int)
        case notJSON(line: Int, reason: String)
        case duplicateKey
        case unknownKey
        case missing
        case wrongType(expected: String)
        case notPositive
        case tooGreat(max: Int64)
        case defaultExceedsCeiling
        case noAnonymousPlan
        case needsPair(with: String)
        case needsOutput
        case empty
        case unknownValue(String)
        case unknownPlaceholder(String)
        case misplacedPlaceholder(String)
        case notAbsolute(String)
        case reservedPath(String)
        case noSuchFile(String)
        case badPattern
        case taken(by: String)
        case noPackageFolder(String)
        case unanswered(program: String, reason: String)
        case tooMany(max: Int)
        case repeatedArgument(Int)
        case libseccomp(call: String, errno: Int32)
        case filterTooLong(instructions: Int, max: Int)
    }

    public var description: String {
        let place = field.isEmpty ? "" : " " + field
        return "\(file):\(place) \(problem)"
    }
}

extension CatalogError.Problem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unreadable: "cannot be read"
        case .tooLarge(let bytesMax): "is larger than \(bytesMax) bytes"
        case .notJSON(let line, let reason): "is not JSON: line \(line): it \(reason)"
        case .duplicateKey: "is there twice"
        case .unknownKey: "is not a known key"
        case .missing: "is missing"
        case .wrongType(let expected): "must be \(expected)"
        case .notPositive: "must be at least 1"
        case .tooGreat(let most): "must be at most \(most)"
        case .defaultExceedsCeiling: "exceeds its ceiling"
        case .noAnonymousPlan: "has no plan named anonymous"
        case .needsPair(let other): "and \(other) must both be numbers or both be null"
        case .needsOutput: "needs a compile that has {output}"
        case .empty: "must not be empty"
        case .unknownValue(let value): "does not know \(value)"
        case .unknownPlaceholder(let name): "has an unknown placeholder {\(name)}"
        case .misplacedPlaceholder(let name): "cannot have {\(name)} there"
        case .notAbsolute(let path): "must hold absolute paths without . or .., not \(path)"
        case .reservedPath(let path): "may not cover \(path), which is the jail's own"
        case .noSuchFile(let path): "names \(path), which is not there"
        case .badPattern: "must be a regular expression with one group"
        case .taken(let other): "is already taken by \(other)"
        case .noPackageFolder(let path):
            "found \(path), whose folder is too close to the root to be mounted"
        case .unanswered(let program, let reason): "got no answer from \(program): \(reason)"
        case .tooMany(let most): "has more than \(most) elements"
        case .repeatedArgument(let index): "names argument \(index) twice"
        case .libseccomp(let call, let errno):
            "was refused by \(call) of libseccomp, errno \(errno)"
        case .filterTooLong(let instructions, let most):
            "compiles to \(instructions) instructions, above the kernel's \(most)"
        }
    }
}
