public import Foundation

/// A stage's input, and the destination of its output while it runs.
///
/// The report has the output in any case, up to the stage's limits. What exceeds a limit is not
/// told of either.
public struct StageIO: Sendable {
    public var input: Input
    public var output: Output

    public init(input: Input = .data(Data()), output: Output = .report) {
        self.input = input
        self.output = output
    }

    public enum Input: Sendable {
        /// All of it is there.
        case data(Data)
        /// It comes while the stage runs. Its end is the end of the program's standard input.
        ///
        /// The next piece is asked for when the program has room for it. What comes after the
        /// program has closed its input is dropped. The sequence must end when its reader's task is
        /// cancelled, as a ``BoundedChannel`` does.
        case stream(any AsyncSequence<Data, Never> & Sendable)
    }

    public enum Output: Sendable {
        /// It is in the report and nowhere else.
        case report
        /// Told of each piece at once, in order, on a thread that it must not keep waiting.
        case observer(@Sendable (StageOutput) -> Void)
        /// Each piece is put into the channel, in order. While the channel is full nothing more is
        /// read, and the program waits in its write.
        case channel(BoundedChannel<StageOutput>)
    }
}

/// A piece of what a program wrote.
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
