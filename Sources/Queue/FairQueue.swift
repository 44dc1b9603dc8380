import DequeModule

/// The order in which waiting executions run.
///
/// The subject with the fewest running executions comes next. Equal subjects take turns, and each
/// subject's executions run in the order of arrival.
///
/// A subject with a hundred waiting executions and a subject with one get half of the slots each,
/// so the second waits for the first free slot, not for a hundred runs. ``AdmissionCapacity``
/// bounds the number that may wait. Adding takes constant time, taking is linear in the waiting
/// subjects, and removing is linear in the subject's waiting executions.
struct FairQueue: Sendable {
    private var lines: [String: Deque<String>] = [:]
    /// The subjects with waiting executions, each once; the first is served next.
    private var turns: Deque<String> = []
    /// The number of running executions of each subject.
    private var running: [String: Int] = [:]
    private(set) var count = 0

    mutating func append(_ id: String, of subject: String) {
        if lines[subject] == nil { turns.append(subject) }
        lines[subject, default: []].append(id)
        count += 1
    }

    /// Removes and returns the next execution, which runs until ``finish(of:)``; its subject goes
    /// to the end of the turns.
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

    /// Records that one of the subject's executions has ended.
    mutating func finish(of subject: String) {
        guard let count = running[subject] else { return }
        running[subject] = count > 1 ? count - 1 : nil
    }

    /// Returns whether an execution of the subject is waiting.
    func holds(_ subject: String) -> Bool { lines[subject] != nil }

    /// - Returns: whether the execution was waiting.
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
