/// The bound on the executions that wait, run or are being stored at once.
///
/// There is one bound for all subjects together and a smaller one for each, so that one caller
/// cannot fill the queue.
///
/// A place is taken before anything is charged and returned when the execution leaves the table, so
/// the bound also holds when a slow store makes ended executions pile up.
struct AdmissionCapacity: Sendable {
    private let capacity: Int
    private let share: Int
    private var taken: [String: Int] = [:]
    private(set) var count = 0

    /// - Parameters:
    ///   - capacity: the places of all subjects together.
    ///   - share: the places of one subject.
    init(capacity: Int, share: Int) {
        self.capacity = capacity
        self.share = share
    }

    /// - Returns: whether there was a place.
    mutating func take(for subject: String) -> Bool {
        guard count < capacity, taken[subject, default: 0] < share else { return false }
        force(for: subject)
        return true
    }

    /// Takes a place even above the bounds, for an execution that was accepted before a restart.
    mutating func force(for subject: String) {
        taken[subject, default: 0] += 1
        count += 1
    }

    mutating func giveBack(for subject: String) {
        guard let places = taken[subject] else { return }
        taken[subject] = places == 1 ? nil : places - 1
        count -= 1
    }
}
