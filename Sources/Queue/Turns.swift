import DequeModule

/// Names that take turns: the one with the fewest running executions is next, and equal ones in the
/// order of their last turns.
struct Turns: Sendable {
    /// The names that wait, each once; the first is served next among equals.
    private var waiting: Deque<String> = []
    private var running: [String: Int] = [:]

    var isEmpty: Bool { waiting.isEmpty }

    /// The number of the name's running executions.
    func running(_ name: String) -> Int { running[name, default: 0] }

    /// Adds a name that begins to wait, at the end.
    mutating func join(_ name: String) { waiting.append(name) }

    /// Removes a name that waits for nothing any more.
    mutating func leave(_ name: String) { waiting.removeAll { $0 == name } }

    /// Returns the next name of those that may start.
    func next(where mayStart: (String) -> Bool) -> String? {
        var next: (name: String, running: Int)?
        for name in waiting {
            let count = running(name)
            if count < next?.running ?? .max, mayStart(name) { next = (name, count) }
        }
        return next?.name
    }

    /// Counts an execution that starts; the name goes to the end of the turns, or leaves them.
    mutating func start(_ name: String, waitsOn: Bool) {
        running[name, default: 0] += 1
        leave(name)
        if waitsOn { join(name) }
    }

    /// Records that an execution has ended.
    mutating func finish(_ name: String) {
        guard let count = running[name] else { return }
        running[name] = count > 1 ? count - 1 : nil
    }
}
