/// The rules for a path in the work folder.
///
/// The jail prevents every escape, whatever the path. These rules only turn the refusal into a
/// clear error, and make all readers agree on a path's meaning.
public enum RelativePath {
    public static let bytesMax = 1_024
    public static let componentBytesMax = 255
    public static let componentsMax = 32
    /// The most bytes of all paths of one execution together.
    ///
    /// A compiler gets every name as an argument, and the names must fit the warden's frame.
    public static let totalBytesMax = 32_768

    /// Returns the rule that `path` breaks, such as `must not be empty`; `nil` for a valid path.
    ///
    /// The check reads bytes, not characters: for Swift, a slash with a combining accent is another
    /// `Character`; for the kernel it is still a slash.
    public static func flaw(in path: String) -> String? {
        guard !path.isEmpty else { return "must not be empty" }
        guard path.utf8.count <= bytesMax else { return "must be at most \(bytesMax) bytes long" }
        guard path.utf8.first != slash else { return "must be relative" }
        guard !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return "must not hold control characters" }
        let components = path.utf8.split(separator: slash, omittingEmptySubsequences: false)
        guard components.count <= componentsMax else {
            return "must have at most \(componentsMax) components"
        }
        for component in components {
            guard !component.isEmpty else { return "must not have an empty component" }
            guard !component.elementsEqual(".".utf8), !component.elementsEqual("..".utf8) else {
                return "must not have the component `\(Substring(component))`"
            }
            guard component.count <= componentBytesMax else {
                return "must have components of at most \(componentBytesMax) bytes"
            }
        }
        return nil
    }

    /// Returns the parent folders: `a` and `a/b` for `a/b/c`.
    public static func folders(above path: String) -> [String] {
        path.utf8.indices.filter { path.utf8[$0] == slash }.compactMap { String(path.utf8[..<$0]) }
    }

    private static let slash = UInt8(ascii: "/")
}

/// The paths of one work folder; no path may be both a file and a folder, or appear twice.
public struct PathTree: Sendable {
    private var files: Set<String> = []
    private var folders: Set<String> = []

    public init() {}

    /// - Returns: the reason why `path` cannot be added, as the end of a sentence, or `nil`.
    public mutating func add(_ path: String) -> String? {
        guard !files.contains(path) else { return "is given twice" }
        guard !folders.contains(path) else { return "is already a folder of another file" }
        let above = RelativePath.folders(above: path)
        if let file = above.first(where: files.contains) { return "lies below the file \(file)" }
        files.insert(path)
        folders.formUnion(above)
        return nil
    }
}
