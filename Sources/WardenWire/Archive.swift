/// How files travel into a jail and out of it: entries one after another, each
/// `path` (counted text), `kind` (one byte), and for a file its 64-bit size and bytes.
///
/// The same form in both directions. Going in, the front writes a memfd and init reads it; coming
/// out, init writes a pipe and the front reads it, believing nothing.
public enum Archive {
    public static let pathBytesMax = 4_096

    public enum Entry: Hashable, Sendable {
        case file(path: String, content: ArraySlice<UInt8>)
        /// Only on the way out: named by a pattern, but not to be had.
        case refused(path: String, reason: UInt8)
    }

    /// Why an output file was not taken; the numbers travel.
    public enum RefusalReason: UInt8, Sendable {
        case notARegularFile = 1
        case tooLarge = 2
        case unreadable = 3
    }

    /// What stands before a file's bytes.
    public static func header(path: String, size: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.text(path)
        writer.integer(UInt8(0))
        writer.integer(UInt64(size))
        return writer.bytes
    }

    public static func refusal(path: String, reason: RefusalReason) -> [UInt8] {
        var writer = ByteWriter()
        writer.text(path)
        writer.integer(reason.rawValue)
        return writer.bytes
    }

    /// Every entry, or an error and none.
    ///
    /// A file's content is shared with `bytes`, not copied.
    public static func entries(in bytes: [UInt8]) throws(WireError) -> [Entry] {
        var reader = ByteReader(bytes)
        var entries: [Entry] = []
        while reader.remaining > 0 {
            let path = try reader.blob()
            guard path.count <= pathBytesMax else { throw .tooMany }
            let name = String(decoding: path, as: UTF8.self)
            let kind = try reader.integer(UInt8.self)
            if kind == 0 {
                entries.append(.file(path: name, content: try reader.longBlob()))
            } else {
                entries.append(.refused(path: name, reason: kind))
            }
        }
        return entries
    }
}

extension ByteReader {
    /// As ``blob()``, with a 64-bit count.
    mutating func longBlob() throws(WireError) -> ArraySlice<UInt8> {
        let count = try integer(UInt64.self)
        guard count <= UInt64(remaining) else { throw .truncated }
        return take(Int(count))
    }
}
