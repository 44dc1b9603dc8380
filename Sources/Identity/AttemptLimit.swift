import Foundation

/// A limit of attempts per subject: at most `limit` in a window.
///
/// Pure: time is a parameter. The windows of all subjects begin together, so memory is one number
/// for each subject of the present window. With `subjectsMax` subjects, new ones are refused until
/// the next window.
struct AttemptLimit: Sendable {
    let limit: Int
    let windowSeconds: Int
    let subjectsMax: Int
    private var window = 0
    private var counts: [String: Int] = [:]

    init(limit: Int, windowSeconds: Int, subjectsMax: Int = 50_000) {
        self.limit = limit
        self.windowSeconds = windowSeconds
        self.subjectsMax = subjectsMax
    }

    /// Counts one attempt.
    /// - Returns: in how many seconds to come back, where it is one too many.
    mutating func take(_ subject: String, at now: Date) -> Int? {
        let seconds = Int(now.timeIntervalSince1970.rounded(.down))
        let present = seconds / windowSeconds
        if present != window {
            window = present
            counts = [:]
        }
        let count = counts[subject]
        guard count ?? 0 < limit, count != nil || counts.count < subjectsMax else {
            return windowSeconds - seconds % windowSeconds
        }
        counts[subject] = (count ?? 0) + 1
        return nil
    }

    /// Takes back an attempt whose password was right.
    mutating func giveBack(_ subject: String) {
        guard let count = counts[subject] else { return }
        counts[subject] = count > 1 ? count - 1 : nil
    }
}
