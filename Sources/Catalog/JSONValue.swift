/// JSON as the operator wrote it.
///
/// Foundation's decoder keeps one of two equal keys without a word; here that is an
/// error, so that a limit set twice is never the looser one by accident.
enum JSONValue: Hashable, Sendable {
    case object([Member])
    case array([JSONValue])
    case string(String)
    case integer(Int64)
    /// A number with a fraction or an exponent, or too large for 64 bits: known to be a number, and
    /// no more.
    case otherNumber
    case boolean(Bool)
    case null

    struct Member: Hashable, Sendable {
        let key: String
        let value: JSONValue
    }
}

/// Why a text is not JSON (RFC 8259), or which key is there twice.
enum JSONProblem: Error, Hashable, Sendable {
    case syntax(line: Int, reason: String)
    /// The path of names to the second of two equal keys.
    case duplicateKey(path: [String])
}

extension JSONValue {
    /// Far deeper than any file of ours, and far from the end of the stack.
    static let depthMax = 32

    init(parsing bytes: [UInt8]) throws(JSONProblem) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

/// A recursive-descent parser over bytes; `depthMax` bounds the recursion.
private struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    var path: [String] = []
    var depth = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() throws(JSONProblem) -> JSONValue {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw problem("something follows the last value") }
        return value
    }

    private mutating func value() throws(JSONProblem) -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"):
            return try nested { parser throws(JSONProblem) in try parser.object() }
        case UInt8(ascii: "["):
            return try nested { parser throws(JSONProblem) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case let byte? where byte == UInt8(ascii: "-") || byte.isDigit: return try number()
        default: return try word()
        }
    }

    private mutating func nested(
        _ read: (inout JSONParser) throws(JSONProblem) -> JSONValue
    ) throws(JSONProblem) -> JSONValue {
        guard depth < JSONValue.depthMax else { throw problem("nested too deeply") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return try read(&self)
    }

    private mutating func object() throws(JSONProblem) -> JSONValue {
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        if takes("}") { return .object([]) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw problem("expected a key in quotes") }
            let key = try string()
            path.append(key)
            guard keys.insert(key).inserted else { throw .duplicateKey(path: path) }
            guard takes(":") else { throw problem("expected : after a key") }
            members.append(.init(key: key, value: try value()))
            path.removeLast()
        } while takes(",")
        guard takes("}") else { throw problem("expected , or }") }
        return .object(members)
    }

    private mutating func array() throws(JSONProblem) -> JSONValue {
        var elements: [JSONValue] = []
        if takes("]") { return .array([]) }
        repeat {
            path.append("\(elements.count)")
            elements.append(try value())
            path.removeLast()
        } while takes(",")
        guard takes("]") else { throw problem("expected , or ]") }
        return .array(elements)
    }

    private mutating func string() throws(JSONProblem) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw problem("a control character in a string") }
            position += 1
            if byte == UInt8(ascii: "\\") {
                text.append(contentsOf: try escape())
            } else {
                text.append(byte)
            }
        }
        guard peek != nil else { throw problem("a string does not end") }
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
            throw problem("a string is not UTF-8")
        }
        return string
    }

    private mutating func escape() throws(JSONProblem) -> [UInt8] {
        guard let byte = peek else { throw problem("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw problem("an unknown escape in a string")
        }
    }

    private mutating func unicodeEscape() throws(JSONProblem) -> [UInt8] {
        var units = [try hexUnit()]
        if UTF16.isLeadSurrogate(units[0]) {
            guard bytes[position...].starts(with: Array("\\u".utf8)) else {
                throw problem("half a surrogate pair in a string")
            }
            position += 2
            units.append(try hexUnit())
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw problem("half a surrogate pair in a string")
        }
        return Array(text.utf8)
    }

    private mutating func hexUnit() throws(JSONProblem) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy(\.isHexDigit),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw problem("expected four hexadecimal digits") }
        position += 4
        return unit
    }

    private mutating func number() throws(JSONProblem) -> JSONValue {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        let whole = digits()
        let hasLeadingZero = whole.count > 1 && whole.first == UInt8(ascii: "0")
        guard !whole.isEmpty, !hasLeadingZero else { throw problem("a malformed number") }
        let end = position
        if peek == UInt8(ascii: ".") {
            position += 1
            guard !digits().isEmpty else { throw problem("a malformed number") }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            guard !digits().isEmpty else { throw problem("a malformed number") }
        }
        guard position == end else { return .otherNumber }
        return Int64(String(decoding: bytes[start..<end], as: UTF8.self)).map(JSONValue.integer)
            ?? .otherNumber
    }

    private mutating func digits() -> ArraySlice<UInt8> {
        let start = position
        while let byte = peek, byte.isDigit { position += 1 }
        return bytes[start..<position]
    }

    private mutating func word() throws(JSONProblem) -> JSONValue {
        let words: [(String, JSONValue)] = [
            ("true", .boolean(true)), ("false", .boolean(false)), ("null", .null),
        ]
        for (word, value) in words where bytes[position...].starts(with: Array(word.utf8)) {
            position += word.utf8.count
            return value
        }
        throw problem("expected a value")
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func takes(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    private func problem(_ reason: String) -> JSONProblem {
        let line = 1 + bytes[..<position].count { $0 == 0x0a }
        return .syntax(line: line, reason: reason)
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

    fileprivate var isHexDigit: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
            || (UInt8(ascii: "A")...UInt8(ascii: "F")).contains(self)
    }
}
