public import Vocabulary

/// How files travel into a jail and out of it: entries one after another, each
/// `path` (counted text), `kind` (one byte), and for a file its 64-bit size and bytes.
///
/// The same form in both directions. Going in, the front writes a memfd and init reads it; coming
/// out, init writes a pipe and the front reads it, believing nothing.
public enum Archive {
    public static let pathBytesMax = 4_096

    public enum Entry: Hashable, Sendable {
        case file(path: String, content: ArraySlice<UInt8>)
        /// An executable file, mode 0755.
        case program(path: String, content: ArraySlice<UInt8>)
        /// Only on the way out: a file whose bytes are not needed.
        case digest(path: String, ContentDigest)
        /// Only on the way out: named by a pattern, but not to be had.
        case refused(path: String, reason: FileRefusal)
    }

    /// An entry with bytes, or with their digest; a file's mode is exactly this one, or on the way
    /// out any other than a program's.
    public enum Kind: UInt8, Sendable {
        /// Mode 0644.
        case file = 0
        /// Mode 0755.
        case program = 4
        /// A file of any mode, by the digest of its bytes.
        case digest = 5
    }

    /// The header before a file's bytes.
    public static func header(path: String, size: Int, kind: Kind = .file) -> [UInt8] {
        var writer = ByteWriter()
        writer.text(path)
        writer.integer(kind.rawValue)
        writer.integer(UInt64(size))
        return writer.bytes
    }

    public static func digest(path: String, _ digest: ContentDigest) -> [UInt8] {
        var writer = ByteWriter()
        writer.text(path)
        writer.integer(Kind.digest.rawValue)
        writer.append(digest.bytes)
        return writer.bytes
    }

    public static func refusal(path: String, reason: FileRefusal) -> [UInt8] {
        var writer = ByteWriter()
        writer.text(path)
        writer.integer(reason.code)
        return writer.bytes
    }

    /// Every entry, or an error and none.
    ///
    /// A file's content is shared with `bytes`, not copied.
    public static func entries(in bytes: [UInt8]) throws(WireError) -> [Entry] {
        var reader = ByteReader(bytes)
        var entries: [Entry] = []
        while reader.remaining > 0 {
            let path = try reader.relativePath()
            let kind = try reader.integer(UInt8.self)
            switch Kind(rawValue: kind) {
            case .file: entries.append(.file(path: path, content: try reader.longBlob()))
            case .program: entries.append(.program(path: path, content: try reader.longBlob()))
            case .digest: entries.append(.digest(path: path, try reader.digest()))
            case nil:
                guard let reason = FileRefusal(code: kind) else { throw .unknownValue }
                entries.append(.refused(path: path, reason: reason))
            }
        }
        return entries
    }

    /// The components of a path, as the kernel separates them.
    ///
    /// By bytes: a slash with a combining accent after it is another `Character`, and a slash.
    public static func components(of path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map(Substring.init)
    }

    /// Whether it names something below the folder that it starts from, whatever is there.
    fileprivate static func isRelative(_ path: String) -> Bool {
        !path.utf8.contains(0)
            && components(of: path).allSatisfy { component in
                ["", ".", ".."].allSatisfy { !component.utf8.elementsEqual($0.utf8) }
            }
    }
}

extension ByteReader {
    /// A path below whatever folder it starts from.
    mutating func relativePath() throws(WireError) -> String {
        let path = try text()
        guard path.utf8.count <= Archive.pathBytesMax else { throw .tooMany }
        guard Archive.isRelative(path) else { throw .badPath }
        return path
    }

    /// As ``blob()``, with a 64-bit count.
    mutating func longBlob() throws(WireError) -> ArraySlice<UInt8> {
        let count = try integer(UInt64.self)
        guard count <= UInt64(remaining) else { throw .truncated }
        return take(Int(count))
    }
}
