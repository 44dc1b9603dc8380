import Domain

/// The bound on the executions that wait, run or are being stored at once.
///
/// There is one bound for all subjects together, a smaller one for each, so that one caller cannot
/// fill the queue, and one for all callers of a plan, so that strangers cannot fill it either.
///
/// A place is taken before anything is charged and returned when the execution leaves the table, so
/// the bound also holds when a slow store makes ended executions pile up.
struct AdmissionCapacity: Sendable {
    private let slots: Int
    private let queue: Int
    private var taken: [String: Int] = [:]
    private var takenByPlan: [String: Int] = [:]
    private(set) var count = 0

    /// - Parameters:
    ///   - slots: the executions that run at once; every bound is for these and those that wait.
    ///   - queue: the executions that may wait; one subject may have a quarter of it.
    init(slots: Int, queue: Int) {
        self.slots = slots
        self.queue = max(0, queue)
    }

    /// - Parameter plan: the subject's plan, with its part of the queue.
    /// - Returns: whether there was a place.
    mutating func take(for subject: String, on plan: Plan) -> Bool {
        let planMax = slots + max(1, queue * plan.queuePercent / 100)
        guard count < slots + queue, taken[subject, default: 0] < slots + max(1, queue / 4),
            takenByPlan[plan.name, default: 0] < planMax
        else { return false }
        force(for: subject, on: plan.name)
        return true
    }

    /// Takes a place even above the bounds, for an execution that was accepted before a restart.
    /// - Parameter plan: the subject's plan; `nil` if it is unknown, and no plan's place is taken.
    mutating func force(for subject: String, on plan: String?) {
        taken[subject, default: 0] += 1
        if let plan { takenByPlan[plan, default: 0] += 1 }
        count += 1
    }

    mutating func giveBack(for subject: String, on plan: String?) {
        guard taken[subject] != nil else { return }
        Self.decrement(&taken, subject)
        if let plan { Self.decrement(&takenByPlan, plan) }
        count -= 1
    }

    private static func decrement(_ places: inout [String: Int], _ name: String) {
        guard let count = places[name] else { return }
        places[name] = count > 1 ? count - 1 : nil
    }
}
