/// Writes JSON texts.
///
/// This server makes the values and so limits their depth, which makes plain recursion safe.
///
/// Every control character is escaped, so that a terminal does not interpret escape sequences in a
/// program's output.
public struct JSONWriter {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public static func bytes(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value)
        return writer.bytes
    }

    public mutating func write(_ value: JSONValue) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let number): bytes += String(number).utf8
        // JSON cannot express infinity or "not a number".
        case .number(let number): bytes += (number.isFinite ? String(number) : "null").utf8
        case .string(let text): write(text)
        case .array(let elements): write(elements)
        case .object(let members): write(members)
        }
    }

    private mutating func write(_ elements: [JSONValue]) {
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(element)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func write(_ members: [JSONValue.Member]) {
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in members.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(member.name)
            bytes.append(UInt8(ascii: ":"))
            write(member.value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func write(_ text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { utf8 in
            // Runs of bytes without an escape, which are most of a text, are copied as a whole.
            var start = 0
            for index in 0..<utf8.count where Self.mustEscape(utf8[index]) {
                bytes += utf8[start..<index]
                escape(utf8[index])
                start = index + 1
            }
            bytes += utf8[start...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Returns the length of a text in UTF-8 as a JSON string, without its quotation marks.
    public static func length(of utf8: UnsafeRawBufferPointer) -> Int {
        var length = 0
        for byte in utf8 { length += Self.length(of: byte) }
        return length
    }

    /// Returns the number of leading bytes that have at most this length as a JSON string.
    public static func prefix(of utf8: UnsafeRawBufferPointer, lengthMax: Int) -> Int {
        var length = 0
        for (index, byte) in utf8.enumerated() {
            length += Self.length(of: byte)
            if length > lengthMax { return index }
        }
        return utf8.count
    }

    /// A `\u0001` is six bytes long, and the other escapes two.
    private static func length(of byte: UInt8) -> Int {
        guard mustEscape(byte) else { return 1 }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0x0a, 0x0d, 0x09: return 2
        default: return 6
        }
    }

    private static func mustEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7f
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0a: bytes.append(UInt8(ascii: "n"))
        case 0x0d: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes += "u00".utf8
            bytes.append(Self.digits[Int(byte >> 4)])
            bytes.append(Self.digits[Int(byte & 15)])
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
