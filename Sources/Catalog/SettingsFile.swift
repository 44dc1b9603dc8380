import Foundation
import JSON

/// A JSON file of the operator, read as a whole, with a maximum size.
struct SettingsFile {
    /// The maximum size, far above that of any real file.
    static let bytesMax = 1 << 20

    /// The name of the file in messages.
    let label: String
    let root: Field

    /// - Throws: ``CatalogError`` if the file cannot be read, is too large, is not JSON, or has a
    ///   key twice.
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

    /// Returns the file's bytes.
    ///
    /// A file above ``bytesMax`` is refused.
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

/// A value and its place in the file, so that every error can name the place.
struct Field {
    let file: String
    let path: [String]
    let value: JSONValue

    /// The maximum of a limit or a rate: as milliseconds, its nanoseconds still fit into 64 bits.
    static let numberMax: Int64 = 1 << 42

    func error(_ problem: CatalogError.Problem) -> CatalogError {
        CatalogError(file: file, field: path.joined(separator: "."), problem: problem)
    }

    /// Returns the members of an object, each as a field.
    func members() throws(CatalogError) -> [(key: String, field: Field)] {
        guard case .object(let members) = value else {
            throw error(.wrongType(expected: "an object"))
        }
        return members.map { ($0.name, Field(file: file, path: path + [$0.name], value: $0.value)) }
    }

    /// Returns the members of an object that may have only these keys.
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

    /// Returns a text that is not empty and has no zero byte, which would end it early in a system
    /// call.
    func text() throws(CatalogError) -> String {
        guard case .string(let text) = value, !text.utf8.contains(0) else {
            throw error(.wrongType(expected: "a text"))
        }
        guard !text.isEmpty else { throw error(.empty) }
        return text
    }

    /// Returns a list of at least one text.
    func texts(max: Int = 64) throws(CatalogError) -> [(text: String, field: Field)] {
        let fields = try elements(max: max)
        guard !fields.isEmpty else { throw error(.empty) }
        var texts: [(text: String, field: Field)] = []
        for field in fields { texts.append((try field.text(), field)) }
        return texts
    }

    /// Returns a whole number from 0.
    func number() throws(CatalogError) -> Int64 {
        guard case .integer(let number) = value, number >= 0 else {
            throw error(.wrongType(expected: "a whole number from 0"))
        }
        return number
    }

    /// Returns a whole number from 1: a limit of 0 is a mistake, and to the kernel it often means
    /// "no limit".
    func positive() throws(CatalogError) -> Int64 {
        guard case .integer(let number) = value else {
            throw error(.wrongType(expected: "a whole number"))
        }
        guard number >= 1 else { throw error(.notPositive) }
        guard number <= Self.numberMax else { throw error(.tooGreat(max: Self.numberMax)) }
        return number
    }

    /// Returns an absolute path without empty, `.` and `..` components.
    func absolutePath() throws(CatalogError) -> String {
        let path = try text()
        guard HostPath.isPlain(path) else { throw error(.notAbsolute(path)) }
        return path
    }
}

/// An object with only known keys.
struct ObjectField {
    let field: Field
    let members: [String: Field]

    /// Returns the member; `nil` if the key is absent.
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
