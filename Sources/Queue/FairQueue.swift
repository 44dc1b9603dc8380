import DequeModule

/// The order in which waiting executions run.
///
/// An organization is a group of one subject, and all strangers are one group. The group with the
/// fewest running executions comes next, and in it the subject with the fewest. Equal ones take
/// turns, and each subject's executions run in the order of arrival.
///
/// A subject with a hundred waiting executions and a subject with one get half of the slots each,
/// so the second waits for the first free slot, not for a hundred runs. A thousand strangers are to
/// an organization like one caller. ``AdmissionCapacity`` bounds the number that may wait. Adding
/// takes constant time, taking is linear in the waiting subjects, and removing is linear in the
/// subject's waiting executions.
struct FairQueue: Sendable {
    private var groups = Turns()
    /// The waiting subjects of each group.
    private var subjects: [String: Turns] = [:]
    private var lines: [String: Deque<String>] = [:]
    private(set) var count = 0

    /// - Parameter group: the subject's group; without one it is a group of its own.
    mutating func append(_ id: String, of subject: String, in group: String? = nil) {
        let group = group ?? subject
        if lines[subject] == nil {
            if subjects[group, default: Turns()].isEmpty { groups.join(group) }
            subjects[group, default: Turns()].join(subject)
        }
        lines[subject, default: []].append(id)
        count += 1
    }

    /// Removes and returns the next execution, which runs until ``finish(of:in:)``; its subject and
    /// its group go to the end of the turns.
    ///
    /// - Parameters:
    ///   - hasSlot: whether there is a slot for a group with this number of running executions.
    ///   - mayStart: whether this execution may start now; if not, its subject is passed over.
    mutating func popFirst(
        hasSlot: (_ running: Int) -> Bool = { _ in true },
        mayStart: (String) -> Bool = { _ in true }
    ) -> String? {
        func next(in group: String) -> String? {
            subjects[group]?.next { subject in lines[subject]?.first.map(mayStart) ?? false }
        }
        let group = groups.next { hasSlot(groups.running($0)) && next(in: $0) != nil }
        guard let group, let subject = next(in: group), let id = lines[subject]?.popFirst() else {
            return nil
        }
        count -= 1
        if lines[subject]?.isEmpty == true { lines[subject] = nil }
        subjects[group]?.start(subject, waitsOn: lines[subject] != nil)
        groups.start(group, waitsOn: subjects[group]?.isEmpty == false)
        return id
    }

    /// Records that one of the subject's executions has ended.
    mutating func finish(of subject: String, in group: String? = nil) {
        let group = group ?? subject
        groups.finish(group)
        subjects[group]?.finish(subject)
        forgetWhereIdle(group)
    }

    /// Returns whether an execution of the subject is waiting.
    func holds(_ subject: String) -> Bool { lines[subject] != nil }

    /// - Returns: whether the execution was waiting.
    @discardableResult
    mutating func remove(_ id: String, of subject: String, in group: String? = nil) -> Bool {
        let group = group ?? subject
        guard let index = lines[subject]?.firstIndex(of: id) else { return false }
        lines[subject]?.remove(at: index)
        count -= 1
        guard lines[subject]?.isEmpty == true else { return true }
        lines[subject] = nil
        subjects[group]?.leave(subject)
        if subjects[group]?.isEmpty == true { groups.leave(group) }
        forgetWhereIdle(group)
        return true
    }

    private mutating func forgetWhereIdle(_ group: String) {
        if subjects[group]?.isEmpty == true && groups.running(group) == 0 { subjects[group] = nil }
    }
}
