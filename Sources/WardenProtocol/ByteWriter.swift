internal import Vocabulary

/// A writer of the little-endian, length-prefixed form on the warden's socket.
public struct ByteWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func integer<Integer: FixedWidthInteger>(_ value: Integer) {
        var rest = value
        for _ in 0..<(Integer.bitWidth / 8) {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    /// Writes a 32-bit count, then the bytes.
    public mutating func blob(_ value: some Collection<UInt8>) {
        integer(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes the bytes alone, for a field of fixed length.
    mutating func append(_ value: some Collection<UInt8>) { bytes.append(contentsOf: value) }

    public mutating func text(_ value: String) { blob(value.utf8) }

    /// Writes a 32-bit count, then each element with `write`.
    public mutating func list<Element>(
        _ elements: [Element],
        _ write: (inout ByteWriter, Element) -> Void
    ) {
        integer(UInt32(elements.count))
        for element in elements { write(&self, element) }
    }
}

/// The fault of a message; the receiver stops trusting the sender.
public enum WireError: Error, Hashable, Sendable {
    case truncated
    case trailingBytes
    case unknownValue
    case notUTF8
    /// A path in an archive that is not relative, or has a NUL or an empty, `.` or `..` component.
    case badPath
    case tooMany
    case badDescriptorCount
    case unsupportedVersion(UInt32)
}

/// A reader of the bytes of ``ByteWriter``.
///
/// Every count is checked against the remaining bytes before its use.
public struct ByteReader: Sendable {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    public init(_ bytes: some Sequence<UInt8>) {
        self.bytes = ArraySlice(bytes)
        position = self.bytes.startIndex
    }

    public var remaining: Int { bytes.endIndex - position }

    public mutating func integer<Integer: FixedWidthInteger>(
        _ type: Integer.Type = Integer.self
    ) throws(WireError) -> Integer {
        let size = Integer.bitWidth / 8
        guard remaining >= size else { throw .truncated }
        var value: Integer = 0
        for place in 0..<size {
            value |= Integer(truncatingIfNeeded: bytes[position + place]) << (8 * place)
        }
        position += size
        return value
    }

    public mutating func blob() throws(WireError) -> ArraySlice<UInt8> {
        let count = Int(try integer(UInt32.self))
        guard remaining >= count else { throw .truncated }
        return take(count)
    }

    mutating func take(_ count: Int) -> ArraySlice<UInt8> {
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    mutating func digest() throws(WireError) -> ContentDigest {
        guard remaining >= ContentDigest.byteCount,
            let digest = ContentDigest(bytes: take(ContentDigest.byteCount))
        else { throw .truncated }
        return digest
    }

    /// Reads one byte, 0 or 1.
    public mutating func flag() throws(WireError) -> Bool {
        switch try integer(UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw .unknownValue
        }
    }

    /// Reads UTF-8 text.
    ///
    /// Invalid UTF-8 is refused: a repair would make two different texts equal.
    public mutating func text() throws(WireError) -> String {
        guard let text = String(validating: try blob(), as: UTF8.self) else { throw .notUTF8 }
        return text
    }

    /// Reads at most `most` elements: a large count costs its sender nothing.
    public mutating func list<Element>(
        most: Int,
        _ read: (inout ByteReader) throws(WireError) -> Element
    ) throws(WireError) -> [Element] {
        let count = Int(try integer(UInt32.self))
        guard count <= most, count <= remaining else { throw .tooMany }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try read(&self)) }
        return elements
    }

    /// Checks that nothing follows the last field.
    public func finish() throws(WireError) {
        guard remaining == 0 else { throw .trailingBytes }
    }
}
