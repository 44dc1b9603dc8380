import Foundation
import JSON

/// One JSON file of the operator's, read whole and bounded.
struct SettingsFile {
    /// Far above any real one.
    static let bytesMax = 1 << 20

    /// As messages name it.
    let label: String
    let root: Field

    /// - Throws: ``CatalogError`` where it cannot be read, is too large, is not JSON, or has a key
    ///   twice.
    init(path: String, label: String) throws(CatalogError) {
        try self.init(bytes: Self.bytes(path: path, label: label), label: label)
    }

    init(bytes: [UInt8], label: String) throws(CatalogError) {
        self.label = label
        do throws(StrictJSON.Flaw) {
            root = Field(file: label, path: [], value: try StrictJSON.parse(bytes))
        } catch {
            guard let key = error.member else {
                let problem = CatalogError.Problem.notJSON(line: error.line, reason: error.reason)
                throw CatalogError(file: label, problem: problem)
            }
            let field = (error.path + [key]).joined(separator: ".")
            throw CatalogError(file: label, field: field, problem: .duplicateKey)
        }
    }

    /// The file's bytes, if there are at most ``bytesMax``.
    static func bytes(path: String, label: String) throws(CatalogError) -> [UInt8] {
        let bytes: Data?
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            bytes = try handle.read(upToCount: bytesMax + 1)
        } catch {
            throw CatalogError(file: label, problem: .unreadable)
        }
        let read = bytes ?? Data()
        guard read.count <= bytesMax else {
            throw CatalogError(file: label, problem: .tooLarge(bytesMax: bytesMax))
        }
        return [UInt8](read)
    }
}

/// A value together with where it stands, so that every complaint can say so.
struct Field {
    let file: String
    let path: [String]
    let value: JSONValue

    /// The greatest number that a limit or a rate may be: as milliseconds, its nanoseconds still
    /// fit 64 bits.
    static let numberMax: Int64 = 1 << 42

    func error(_ problem: CatalogError.Problem) -> CatalogError {
        CatalogError(file: file, field: path.joined(separator: "."), problem: problem)
    }

    /// The members of an object, each a field of its own.
    func members() throws(CatalogError) -> [(key: String, field: Field)] {
        guard case .object(let members) = value else {
            throw error(.wrongType(expected: "an object"))
        }
        return members.map { ($0.name, Field(file: file, path: path + [$0.name], value: $0.value)) }
    }

    /// The members of an object that may have these keys and no other.
    func object(keys: Set<String>) throws(CatalogError) -> ObjectField {
        var known: [String: Field] = [:]
        for (key, field) in try members() {
            guard keys.contains(key) else { throw field.error(.unknownKey) }
            known[key] = field
        }
        return ObjectField(field: self, members: known)
    }

    func elements(max: Int) throws(CatalogError) -> [Field] {
        guard case .array(let elements) = value else { throw error(.wrongType(expected: "a list")) }
        guard elements.count <= max else { throw error(.tooMany(max: max)) }
        return elements.enumerated().map {
            Field(file: file, path: path + ["\($0.offset)"], value: $0.element)
        }
    }

    /// Not empty, and without the zero byte that would end it early in a system call.
    func text() throws(CatalogError) -> String {
        guard case .string(let text) = value, !text.utf8.contains(0) else {
            throw error(.wrongType(expected: "a text"))
        }
        guard !text.isEmpty else { throw error(.empty) }
        return text
    }

    /// A list of texts that has at least one.
    func texts(max: Int = 64) throws(CatalogError) -> [(text: String, field: Field)] {
        let fields = try elements(max: max)
        guard !fields.isEmpty else { throw error(.empty) }
        var texts: [(text: String, field: Field)] = []
        for field in fields { texts.append((try field.text(), field)) }
        return texts
    }

    /// A whole number from 0.
    func number() throws(CatalogError) -> Int64 {
        guard case .integer(let number) = value, number >= 0 else {
            throw error(.wrongType(expected: "a whole number from 0"))
        }
        return number
    }

    /// A whole number from 1: a limit of nothing is a mistake, and to the kernel it often means no
    /// limit at all.
    func positive() throws(CatalogError) -> Int64 {
        guard case .integer(let number) = value else {
            throw error(.wrongType(expected: "a whole number"))
        }
        guard number >= 1 else { throw error(.notPositive) }
        guard number <= Self.numberMax else { throw error(.tooGreat(max: Self.numberMax)) }
        return number
    }

    /// An absolute path in its plain spelling.
    func absolutePath() throws(CatalogError) -> String {
        let path = try text()
        guard HostPath.isPlain(path) else { throw error(.notAbsolute(path)) }
        return path
    }
}

/// An object whose keys are all known ones.
struct ObjectField {
    let field: Field
    let members: [String: Field]

    /// `nil` where the key is absent.
    subscript(key: String) -> Field? { members[key] }

    func required(_ key: String) throws(CatalogError) -> Field {
        guard let member = members[key] else {
            throw CatalogError(
                file: field.file,
                field: (field.path + [key]).joined(separator: "."),
                problem: .missing
            )
        }
        return member
    }
}
