/// A pattern for output files.
///
/// `*` and `?` match within one component, `**` matches any number of components. There is no
/// escape; other characters stand for themselves.
struct Glob {
    private let components: [[UInt8]]

    /// The comparisons that all patterns of a request may take together: some tenths of a second.
    ///
    /// A pattern needs up to the product of its length and the path's, and a request may have 64 of
    /// them for 20,000 files.
    static let comparisonsMax = 1 << 26

    init(_ pattern: String) {
        components = Self.components(pattern)
    }

    func matches(_ path: String) -> Bool {
        var comparisonsLeft = Int.max
        return matches(path, comparisonsLeft: &comparisonsLeft)
    }

    /// - Parameter comparisonsLeft: less by each comparison; nothing matches below 0.
    func matches(_ path: String, comparisonsLeft: inout Int) -> Bool {
        Self.matches(components[...], Self.components(path)[...], &comparisonsLeft)
    }

    /// Splits by bytes: a slash with a combining accent after it is another `Character`, but still
    /// a slash.
    private static func components(_ text: String) -> [[UInt8]] {
        text.utf8.split(separator: UInt8(ascii: "/")).map(Array.init)
    }

    /// Matches components.
    ///
    /// The loop is iterative with one backtracking point, as in ``matchesName(_:_:)``: its time is
    /// bounded by the product of the lengths, for every pattern.
    private static func matches(
        _ pattern: ArraySlice<[UInt8]>,
        _ path: ArraySlice<[UInt8]>,
        _ comparisonsLeft: inout Int
    ) -> Bool {
        var (atPattern, atPath) = (pattern.startIndex, path.startIndex)
        var retry: (pattern: Int, path: Int)?
        while atPath < path.endIndex {
            comparisonsLeft -= 1
            guard comparisonsLeft >= 0 else { return false }
            if atPattern < pattern.endIndex, pattern[atPattern] == Array("**".utf8) {
                retry = (atPattern, atPath)
                atPattern += 1
            } else if atPattern < pattern.endIndex,
                matchesName(pattern[atPattern], path[atPath], &comparisonsLeft)
            {
                atPattern += 1
                atPath += 1
            } else if let point = retry {
                retry = (point.pattern, point.path + 1)
                (atPattern, atPath) = (point.pattern + 1, point.path + 1)
            } else {
                return false
            }
        }
        return pattern[atPattern...].allSatisfy { $0 == Array("**".utf8) }
    }

    private static func matchesName(
        _ pattern: [UInt8],
        _ name: [UInt8],
        _ comparisonsLeft: inout Int
    ) -> Bool {
        let (star, question) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
        var (atPattern, atName) = (0, 0)
        var retry: (pattern: Int, name: Int)?
        while atName < name.count {
            comparisonsLeft -= 1
            guard comparisonsLeft >= 0 else { return false }
            if atPattern < pattern.count, pattern[atPattern] == star {
                retry = (atPattern, atName)
                atPattern += 1
            } else if atPattern < pattern.count,
                pattern[atPattern] == question || pattern[atPattern] == name[atName]
            {
                atPattern += 1
                atName += 1
            } else if let point = retry {
                retry = (point.pattern, point.name + 1)
                (atPattern, atName) = (point.pattern + 1, point.name + 1)
            } else {
                return false
            }
        }
        return pattern[atPattern...].allSatisfy { $0 == star }
    }
}
