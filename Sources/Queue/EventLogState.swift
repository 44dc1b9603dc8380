import DequeModule
import Domain

/// The events of one execution, in order, with a bound on the output among them.
///
/// Pure. Above the bound the oldest output goes, and a reader behind it gets a gap. Everything but
/// output is kept: there is little of it.
struct EventLogState: Sendable {
    private let bytesMax: Int
    /// In the order of their numbers, with gaps.
    private var events: Deque<ExecutionEvent> = []
    private var bytes = 0
    /// The number of the next event.
    private(set) var nextNumber = 1

    /// The weight of an event beside the bytes of its output, roughly.
    private static let eventBytes = 64

    /// - Parameter bytesMax: of the output events together, each counted with 64 bytes of its own.
    init(bytesMax: Int) { self.bytesMax = bytesMax }

    mutating func append(_ kind: ExecutionEvent.Kind) {
        let event = ExecutionEvent(number: nextNumber, kind: kind)
        nextNumber += 1
        events.append(event)
        bytes += Self.bytes(of: event) ?? 0
        while bytes > bytesMax, dropOldestOutput() {}
    }

    /// - Returns: the event of this number, or the gap that begins at it; `nil` where it has not
    ///    happened yet.
    func event(from number: Int) -> ExecutionEvent? {
        guard number < nextNumber else { return nil }
        let index = firstIndex(from: number)
        guard index < events.endIndex else {
            return ExecutionEvent(number: number, kind: .gap(through: nextNumber - 1))
        }
        let event = events[index]
        if event.number == number { return event }
        return ExecutionEvent(number: number, kind: .gap(through: event.number - 1))
    }

    private func firstIndex(from number: Int) -> Int {
        var (low, high) = (events.startIndex, events.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if events[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// - Returns: whether there was any.
    private mutating func dropOldestOutput() -> Bool {
        for index in events.indices {
            guard let weight = Self.bytes(of: events[index]) else { continue }
            events.remove(at: index)
            bytes -= weight
            return true
        }
        return false
    }

    private static func bytes(of event: ExecutionEvent) -> Int? {
        guard case .output(_, let output) = event.kind else { return nil }
        return eventBytes + output.bytes.count
    }
}
