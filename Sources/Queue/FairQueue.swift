import DequeModule

/// The order in which waiting executions run: who has the fewest running comes next, those who have
/// equally many take turns, and within a subject the first comes first.
///
/// A subject with a hundred waiting and one with a single one have the slots by halves, so the
/// second waits for the first slot that is free, not for a hundred runs. How many may wait is not
/// decided here but by ``AdmissionCapacity``. Adding is constant in time, taking linear in the
/// subjects that wait, removing in what the subject has waiting.
struct FairQueue: Sendable {
    private var lines: [String: Deque<String>] = [:]
    /// The subjects that have something waiting, each once; the first is served next.
    private var turns: Deque<String> = []
    /// How many have been taken of each subject and not given back.
    private var running: [String: Int] = [:]
    private(set) var count = 0

    mutating func append(_ id: String, of subject: String) {
        if lines[subject] == nil { turns.append(subject) }
        lines[subject, default: []].append(id)
        count += 1
    }

    /// The next execution, which runs until ``finish(of:)``; its subject goes to the end of the
    /// round.
    mutating func popFirst() -> String? {
        let next = turns.indices.min {
            running[turns[$0], default: 0] < running[turns[$1], default: 0]
        }
        guard let next else { return nil }
        let subject = turns.remove(at: next)
        guard let id = lines[subject]?.popFirst() else { return nil }
        count -= 1
        running[subject, default: 0] += 1
        if lines[subject]?.isEmpty == false {
            turns.append(subject)
        } else {
            lines[subject] = nil
        }
        return id
    }

    /// One of the subject's executions runs no more.
    mutating func finish(of subject: String) {
        guard let count = running[subject] else { return }
        running[subject] = count > 1 ? count - 1 : nil
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
