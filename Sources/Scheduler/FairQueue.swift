import DequeModule

/// The order in which waiting executions run: subjects take turns, and within a subject the first
/// comes first.
///
/// A subject with a hundred waiting and one with a single one alternate, so the second waits for
/// one run, not for a hundred. How many may wait is not decided here but by ``Places``. Adding and
/// taking are constant in time; removing is linear in what the subject has waiting.
struct FairQueue: Sendable {
    private var lines: [String: Deque<String>] = [:]
    /// The subjects that have something waiting, each once; the first is served next.
    private var turns: Deque<String> = []
    private(set) var count = 0

    mutating func append(_ id: String, of subject: String) {
        if lines[subject] == nil { turns.append(subject) }
        lines[subject, default: []].append(id)
        count += 1
    }

    /// The next execution, and its subject goes to the end of the round.
    mutating func popFirst() -> String? {
        guard let subject = turns.popFirst(), let id = lines[subject]?.popFirst() else {
            return nil
        }
        count -= 1
        if lines[subject]?.isEmpty == false {
            turns.append(subject)
        } else {
            lines[subject] = nil
        }
        return id
    }

    /// Whether something of the subject is waiting.
    func holds(_ subject: String) -> Bool { lines[subject] != nil }

    /// - Returns: whether it was waiting.
    @discardableResult
    mutating func remove(_ id: String, of subject: String) -> Bool {
        guard let index = lines[subject]?.firstIndex(of: id) else { return false }
        lines[subject]?.remove(at: index)
        count -= 1
        if lines[subject]?.isEmpty == true {
            lines[subject] = nil
            turns.removeAll { $0 == subject }
        }
        return true
    }
}
