public import Foundation

/// A stage's input, and the destination of its output while it runs.
///
/// The stage's report contains the output in any case, up to the stage's limits. Output above a
/// limit goes nowhere.
public struct StageIO: Sendable {
    public var input: Input
    public var output: Output

    public init(input: Input = .data(Data()), output: Output = .report) {
        self.input = input
        self.output = output
    }

    public enum Input: Sendable {
        /// The complete input.
        case data(Data)
        /// Input that arrives while the stage runs; its end closes the program's standard input.
        ///
        /// The next piece is requested when the program has room for it. Pieces are dropped after
        /// the program has closed its input. The sequence must end when its reader's task is
        /// cancelled, as a ``BoundedChannel`` does.
        case stream(any AsyncSequence<Data, Never> & Sendable)
    }

    public enum Output: Sendable {
        /// The output goes only into the report.
        case report
        /// The closure is called for each piece, in order, on a thread that it must not block.
        case observer(@Sendable (StageOutput) -> Void)
        /// Each piece goes into the channel, in order.
        ///
        /// While the channel is full nothing more is read, so the program blocks in its write.
        case channel(BoundedChannel<StageOutput>)
    }
}

/// A piece of a program's output.
public struct StageOutput: Sendable, Hashable {
    public var stream: OutputStream
    public var bytes: Data

    public init(stream: OutputStream, bytes: Data) {
        self.stream = stream
        self.bytes = bytes
    }
}

public enum OutputStream: Sendable, Hashable {
    case stdout, stderr
}
