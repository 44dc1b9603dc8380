import HTTPTypes

/// A caller's preferences that this server supports (RFC 7240).
///
/// An unknown or malformed preference is ignored, as section 2 requires; `Preference-Applied` lists
/// the honoured ones.
struct Preferences: Hashable {
    /// The maximum of `wait`; to wait longer, callers use `GET /executions/{id}`.
    static let waitSecondsMax = 60

    var respondsAsync = false
    /// The time to wait for the end before answering 202; at most ``waitSecondsMax``.
    var waitSeconds: Int?

    init(_ headers: HTTPFields) {
        let preferences = headers[values: .prefer].flatMap { $0.split(separator: ",") }
        for preference in preferences {
            // Parameters after a semicolon belong to preferences that this server does not know.
            let sides = preference.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1)
            let words = sides.map { $0.trimming(" \t\"") }
            switch words.first?.lowercased() {
            case "respond-async" where words.count == 1:
                respondsAsync = true
            // If there are several, the first counts (section 2).
            case "wait" where words.count == 2 && waitSeconds == nil:
                waitSeconds = Self.seconds(words[1])
            default:
                break
            }
        }
    }

    /// The value of `Preference-Applied`, or `nil` if the caller sent no preference.
    var applied: String? {
        let wait = waitSeconds.map { "wait=\($0)" }
        let parts = [respondsAsync ? "respond-async" : nil, wait].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    private static func seconds(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return min(Int(text) ?? waitSecondsMax, waitSecondsMax)
    }
}

extension Substring {
    /// Returns the text without any of `characters` at either end.
    func trimming(_ characters: String) -> Substring {
        var trimmed = drop { characters.contains($0) }
        while let last = trimmed.last, characters.contains(last) { trimmed.removeLast() }
        return trimmed
    }
}
