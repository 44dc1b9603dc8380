@testable import JailInit

/// A caller's pattern against a program's file names.
enum GlobProperties {
    /// Input: a pattern, a zero byte, a path.
    static func glob(_ bytes: [UInt8]) throws {
        let sides = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, let pattern = String(validating: sides[0], as: UTF8.self),
            let path = String(validating: sides[1], as: UTF8.self)
        else { return }
        let found = Glob(pattern).matches(path)
        try demand(
            found == matches(components(sides[0]), components(sides[1])),
            "\(pattern.debugDescription) and \(path.debugDescription): \(found)"
        )
    }

    private static func components(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        bytes.split(separator: UInt8(ascii: "/"))
    }

    /// The definition of a match, as a table over suffixes: slow, but obviously correct.
    private static func matches(_ pattern: [ArraySlice<UInt8>], _ path: [ArraySlice<UInt8>]) -> Bool
    {
        table(
            pattern,
            path,
            isStar: { $0.elementsEqual("**".utf8) },
            isEqual: { pattern, name in
                table(
                    Array(pattern),
                    Array(name),
                    isStar: { $0 == UInt8(ascii: "*") },
                    isEqual: { $0 == UInt8(ascii: "?") || $0 == $1 }
                )
            }
        )
    }

    private static func table<Element>(
        _ pattern: [Element],
        _ text: [Element],
        isStar: (Element) -> Bool,
        isEqual: (Element, Element) -> Bool
    ) -> Bool {
        // rests[j]: whether the rest of the pattern matches the text from j on.
        var rests = Array(repeating: false, count: text.count) + [true]
        for element in pattern.reversed() {
            var longer = rests
            for place in (0...text.count).reversed() {
                let isLast = place == text.count
                longer[place] =
                    isStar(element)
                    ? rests[place] || (!isLast && longer[place + 1])
                    : !isLast && isEqual(element, text[place]) && rests[place + 1]
            }
            rests = longer
        }
        return rests[0]
    }
}
