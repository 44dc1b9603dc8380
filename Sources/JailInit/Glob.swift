/// A pattern for output files.
///
/// `*` and `?` match within one component, `**` matches any number of components. There is no
/// escape; other characters stand for themselves.
struct Glob {
    private let components: [[UInt8]]

    init(_ pattern: String) {
        components = Self.components(pattern)
    }

    func matches(_ path: String) -> Bool {
        Self.matches(components[...], Self.components(path)[...])
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
        _ path: ArraySlice<[UInt8]>
    ) -> Bool {
        var (atPattern, atPath) = (pattern.startIndex, path.startIndex)
        var retry: (pattern: Int, path: Int)?
        while atPath < path.endIndex {
            if atPattern < pattern.endIndex, pattern[atPattern] == Array("**".utf8) {
                retry = (atPattern, atPath)
                atPattern += 1
            } else if atPattern < pattern.endIndex,
                matchesName(pattern[atPattern], path[atPath])
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

    private static func matchesName(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        let (star, question) = (UInt8(ascii: "*"), UInt8(ascii: "?"))
        var (atPattern, atName) = (0, 0)
        var retry: (pattern: Int, name: Int)?
        while atName < name.count {
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
