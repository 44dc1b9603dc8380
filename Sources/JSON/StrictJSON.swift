/// Reads untrusted JSON of callers, and JSON of the operator.
///
/// Foundation's reader takes the last of two members with one name. So a proxy and this server may
/// read the same bytes differently (RFC 8259, section 4), and a limit that is set twice may get the
/// looser value by accident. It also does not report the place of an error. This reader follows RFC
/// 8259 strictly, refuses ambiguous texts, and limits its own work: ``depthMax`` makes recursion
/// safe, ``valuesMax`` limits the values, and the size of the text limits the rest.
public enum StrictJSON {
    /// The maximum nesting depth of arrays and objects.
    public static let depthMax = 32
    /// The maximum number of values in one text; a two-byte `0,` becomes a value many times its
    /// size.
    public static let valuesMax = 32_768

    /// The place and reason of an error in a text.
    public struct Flaw: Error, Hashable {
        /// The place in bytes from the start.
        public let offset: Int
        /// The line, counted from 1.
        public let line: Int
        /// The column in bytes, counted from 1.
        public let column: Int
        /// The reason, such as `ends inside a string`.
        public let reason: String
        /// The name that was given twice, if that is the flaw.
        public var member: String?
        /// The names and indices of the enclosing members and elements.
        public var path: [String] = []

        public init(
            offset: Int,
            line: Int,
            column: Int,
            reason: String,
            member: String? = nil,
            path: [String] = []
        ) {
            self.offset = offset
            self.line = line
            self.column = column
            self.reason = reason
            self.member = member
            self.path = path
        }
    }

    public static func parse(_ bytes: [UInt8]) throws(Flaw) -> JSONValue {
        var parser = Parser(bytes: bytes)
        do throws(Parser.Failure) {
            return try parser.text()
        } catch {
            let before = bytes.prefix(error.offset)
            let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
            throw Flaw(
                offset: error.offset,
                line: before.count { $0 == 0x0a } + 1,
                column: error.offset - lineStart + 1,
                reason: error.reason,
                member: error.member,
                path: error.path
            )
        }
    }
}

private struct Parser {
    struct Failure: Error {
        let offset: Int
        let reason: String
        var member: String?
        var path: [String] = []

        func inside(_ name: String) -> Failure {
            var failure = self
            failure.path.insert(name, at: 0)
            return failure
        }
    }

    let bytes: [UInt8]
    var position = 0
    var depth = 0
    var values = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func text() throws(Failure) -> JSONValue {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw Failure(offset: error.byteOffsets.lowerBound, reason: "is not UTF-8")
        }
        skipSpace()
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw failure("has something after its end") }
        return value
    }

    private mutating func value() throws(Failure) -> JSONValue {
        values += 1
        guard values <= StrictJSON.valuesMax else {
            throw failure("has more than \(StrictJSON.valuesMax) values")
        }
        guard let byte = peek else { throw unexpected("a value") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(Failure) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(Failure) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw unexpected("a value")
        }
    }

    /// Reads a member or an element; its name is needed only for an error.
    private mutating func value(
        of name: @autoclosure () -> String
    ) throws(Failure) -> JSONValue {
        do throws(Failure) {
            return try value()
        } catch {
            throw error.inside(name())
        }
    }

    private mutating func nested(
        _ read: (inout Parser) throws(Failure) -> JSONValue
    ) throws(Failure) -> JSONValue {
        depth += 1
        guard depth <= StrictJSON.depthMax else {
            throw failure("is nested deeper than \(StrictJSON.depthMax) levels")
        }
        position += 1
        skipSpace()
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func array() throws(Failure) -> JSONValue {
        if take("]") { return .array([]) }
        var elements: [JSONValue] = []
        while true {
            elements.append(try value(of: "\(elements.count)"))
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw unexpected("`,` or `]`") }
            skipSpace()
        }
    }

    private mutating func object() throws(Failure) -> JSONValue {
        if take("}") { return .object([]) }
        var members: [JSONValue.Member] = []
        var names: Set<String> = []
        while true {
            let start = position
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a member's name in quotes") }
            let name = try string()
            guard names.insert(name).inserted else {
                throw Failure(offset: start, reason: "names a member twice", member: name)
            }
            skipSpace()
            guard take(":") else { throw unexpected("`:`") }
            skipSpace()
            members.append(JSONValue.Member(name: name, value: try value(of: name)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw unexpected("`,` or `}`") }
            skipSpace()
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(Failure) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw unexpected("a value") }
        position += word.utf8.count
        return value
    }
}

// Numbers and strings
extension Parser {
    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        _ = take("-")
        if take("0") {
            guard !isDigit(peek) else { throw failure("has a number with a leading zero") }
        } else {
            try digits()
        }
        var isWhole = true
        if take(".") {
            isWhole = false
            try digits()
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        return .number(Double(text) ?? .infinity)
    }

    private mutating func digits() throws(Failure) {
        guard isDigit(peek) else { throw unexpected("a digit") }
        while isDigit(peek) { position += 1 }
    }

    private mutating func string() throws(Failure) -> String {
        position += 1
        var unescaped: [UInt8] = []
        var start = position
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                unescaped += bytes[start..<position]
                position += 1
                return String(decoding: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"):
                unescaped += bytes[start..<position]
                position += 1
                try escape(into: &unescaped)
                start = position
            case 0..<0x20:
                throw failure("has an unescaped control character in a string")
            default:
                position += 1
            }
        }
        throw failure("ends inside a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Failure) {
        let offset = position - 1
        guard let byte = peek else { throw failure("ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += Array(String(try scalar(at: offset)).utf8)
        default: throw Failure(offset: offset, reason: "has an unknown escape in a string")
        }
    }

    /// Reads the character of a `\u` escape, or of a pair of surrogates.
    ///
    /// A single surrogate is refused, since UTF-8 cannot encode one.
    private mutating func scalar(at offset: Int) throws(Failure) -> Character {
        let loneSurrogate = Failure(offset: offset, reason: "has half a surrogate pair in a string")
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard first < 0xdc00, take("\\"), take("u") else { throw loneSurrogate }
        let second = try fourHexDigits()
        guard (0xdc00...0xdfff).contains(second) else { throw loneSurrogate }
        let code = 0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)
        guard let scalar = Unicode.Scalar(code) else { throw loneSurrogate }
        return Character(scalar)
    }

    private mutating func fourHexDigits() throws(Failure) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("has `\\u` without four hexadecimal digits")
            }
            code = code << 4 + UInt32(digit)
            position += 1
        }
        return code
    }
}

// Bytes
extension Parser {
    fileprivate var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isDigit(_ byte: UInt8?) -> Bool {
        byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    private func failure(_ reason: String) -> Failure {
        Failure(offset: position, reason: reason)
    }

    private func unexpected(_ wanted: String) -> Failure {
        guard let peek else { return failure("ends where \(wanted) should be") }
        let found = (0x21..<0x7f).contains(peek) ? "`\(Character(Unicode.Scalar(peek)))`" : "a byte"
        return failure("has \(found) where \(wanted) should be")
    }
}
