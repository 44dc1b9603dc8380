/// A regular expression with one group, which is the version.
enum VersionPattern {
    /// How many groups `pattern` captures; `nil` where it is not a regular expression.
    static func groups(of pattern: String) -> Int? {
        // The empty text need not match: an alternative that does tells how wide a match would be.
        guard (try? Regex(pattern)) != nil, let widened = try? Regex("(?:\(pattern))|") else {
            return nil
        }
        return "".firstMatch(of: widened).map { $0.output.count - 1 }
    }

    /// The version in a program's answer; `nil` where the pattern finds none.
    static func version(in answer: String, pattern: String) -> String? {
        guard let regex = try? Regex(pattern), let match = answer.firstMatch(of: regex),
            match.output.count > 1, let version = match.output[1].substring, !version.isEmpty
        else { return nil }
        return String(version)
    }
}
