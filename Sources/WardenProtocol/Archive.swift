public import Vocabulary

/// The form of files on the way into a jail and out of it: consecutive entries, each `path`
/// (counted text), `kind` (one byte), and for a file its 64-bit size and bytes.
///
/// Both directions have the same form. On the way in, the front writes a memfd and init reads it;
/// on the way out, init writes a pipe and the front reads it, trusting nothing.
public enum Archive {
    public static let pathBytesMax = 4_096

    public enum Entry: Hashable, Sendable {
        case file(path: String, content: ArraySlice<UInt8>)
        /// An executable file, mode 0755.
        case program(path: String, content: ArraySlice<UInt8>)
        /// Only on the way out: a file without its bytes.
        case digest(path: String, ContentDigest)
        /// Only on the way out: a file that a pattern names, but that cannot be brought back.
        case refused(path: String, reason: FileRefusal)
    }

    /// The kind of an entry with bytes, or with their digest.
    ///
    /// The file has exactly the kind's mode, or on the way out any other mode than a program's.
    public enum Kind: UInt8, Sendable {
        /// Mode 0644.
        case file = 0
        /// Mode 0755.
        case program = 4
        /// A file of any mode, by the digest of its bytes.
        case digest = 5
    }

    /// Returns the header before a file's bytes.
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

    /// Returns every entry, or throws an error.
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

    /// Returns the components of a path, separated as the kernel separates them.
    ///
    /// The split is by bytes: a slash with a combining accent after it is another `Character`, but
    /// still a slash.
    public static func components(of path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map(Substring.init)
    }

    /// Returns whether the path names something below its start folder, whatever is there.
    fileprivate static func isRelative(_ path: String) -> Bool {
        !path.utf8.contains(0)
            && components(of: path).allSatisfy { component in
                ["", ".", ".."].allSatisfy { !component.utf8.elementsEqual($0.utf8) }
            }
    }
}

extension ByteReader {
    /// Reads a path below its start folder.
    mutating func relativePath() throws(WireError) -> String {
        let path = try text()
        guard path.utf8.count <= Archive.pathBytesMax else { throw .tooMany }
        guard Archive.isRelative(path) else { throw .badPath }
        return path
    }

    /// Reads bytes like ``blob()``, with a 64-bit count.
    mutating func longBlob() throws(WireError) -> ArraySlice<UInt8> {
        let count = try integer(UInt64.self)
        guard count <= UInt64(remaining) else { throw .truncated }
        return take(Int(count))
    }
}
