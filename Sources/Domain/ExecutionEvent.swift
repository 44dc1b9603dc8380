/// Something that happened to an execution.
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
        /// It has come into this state. With each attempt its output begins anew.
        case status(Execution.Status, attempt: Int)
        /// A stage has written this.
        case output(ExecutionStage, StageOutput)
        /// It has ended: the last event.
        case result(Execution)
        /// The events from this one's number up to `through` are no longer kept.
        case gap(through: Int)
    }

    /// The number of the last event that this one stands for; the next to be read is one higher.
    public var lastNumber: Int {
        if case .gap(let through) = kind { through } else { number }
    }
}

/// Which program of an execution.
public enum ExecutionStage: Sendable, Hashable {
    case compile
    /// One for each input, counted from 0.
    case run(Int)
}
