import DequeModule
import Domain

/// The events of one execution in order, with a bound on their output.
///
/// The type is pure. Above the bound the oldest output is dropped, and a reader behind it gets a
/// gap. All other events are kept, because there are few.
struct EventLogState: Sendable {
    private let bytesMax: Int
    /// The kept events in the order of their numbers, with gaps.
    private var events: Deque<ExecutionEvent> = []
    private var bytes = 0
    /// The number of the next event.
    private(set) var nextNumber = 1

    /// The approximate weight of an event without its output.
    private static let eventBytes = 64

    /// - Parameter bytesMax: the bound on all output events; each counts its bytes and 64 more.
    init(bytesMax: Int) { self.bytesMax = bytesMax }

    mutating func append(_ kind: ExecutionEvent.Kind) {
        let event = ExecutionEvent(number: nextNumber, kind: kind)
        nextNumber += 1
        events.append(event)
        bytes += Self.bytes(of: event) ?? 0
        while bytes > bytesMax, dropOldestOutput() {}
    }

    /// - Returns: the event of this number, or the gap that begins at it; `nil` for a future event.
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

    /// - Returns: whether there was any output.
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
