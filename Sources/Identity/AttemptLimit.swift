import Foundation

/// A limit on attempts per subject: at most `limit` in a window.
///
/// It is pure: time is a parameter. The windows of all subjects begin together, so it stores one
/// number for each subject of the current window. With `subjectsMax` subjects, new ones are refused
/// until the next window.
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
    /// - Returns: `nil` if the attempt is allowed, else the seconds until the next window.
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

    /// Uncounts an attempt whose password was right.
    mutating func giveBack(_ subject: String) {
        guard let count = counts[subject] else { return }
        counts[subject] = count > 1 ? count - 1 : nil
    }
}
