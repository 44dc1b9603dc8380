/// How many executions may be in the house at once, waiting, running or being written down: a bound
/// for all together and a smaller one for each subject, so that one caller cannot take the whole
/// queue.
///
/// A place is taken before anything is charged and given back when the execution has left, so the
/// bound also holds while a slow store makes the finished ones pile up.
struct AdmissionCapacity: Sendable {
    private let capacity: Int
    private let share: Int
    private var taken: [String: Int] = [:]
    private(set) var count = 0

    /// - Parameters:
    ///   - capacity: places of all subjects together.
    ///   - share: places of one subject.
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

    /// A place even above the bounds: for what was accepted before a restart.
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
