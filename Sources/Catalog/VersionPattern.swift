/// Regular expressions with one group, which matches the version.
enum VersionPattern {
    /// Returns the number of groups in `pattern`; `nil` if it is not a regular expression.
    static func groups(of pattern: String) -> Int? {
        // The empty alternative matches the empty text, and its match has the groups of the whole
        // pattern.
        guard (try? Regex(pattern)) != nil, let widened = try? Regex("(?:\(pattern))|") else {
            return nil
        }
        return "".firstMatch(of: widened).map { $0.output.count - 1 }
    }

    /// Returns the version in a program's answer; `nil` if the pattern does not match.
    static func version(in answer: String, pattern: String) -> String? {
        guard let regex = try? Regex(pattern), let match = answer.firstMatch(of: regex),
            match.output.count > 1, let version = match.output[1].substring, !version.isEmpty
        else { return nil }
        return String(version)
    }
}
