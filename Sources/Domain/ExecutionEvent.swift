/// A change of an execution, or its output.
///
/// The events of an execution are numbered from 1, in the order in which they happened.
public struct ExecutionEvent: Sendable, Hashable {
    public let number: Int
    public let kind: Kind

    public init(number: Int, kind: Kind) {
        self.number = number
        self.kind = kind
    }

    public enum Kind: Sendable, Hashable {
        /// The execution has entered this state; a new attempt starts its output from the
        /// beginning.
        case status(Execution.Status, attempt: Int)
        /// A stage has written output.
        case output(ExecutionStage, StageOutput)
        /// The execution has ended; this is the last event.
        case result(Execution)
        /// The events from this event's number up to `through` are not kept any more.
        case gap(through: Int)
    }

    /// The number of the last event that this one covers; the next event has the following number.
    public var lastNumber: Int {
        if case .gap(let through) = kind { through } else { number }
    }
}

/// A stage of an execution.
public enum ExecutionStage: Sendable, Hashable {
    case compile
    /// A run stage; there is one for each input, counted from 0.
    case run(Int)
}
