import Kernel

/// The pipes of programs that write without end, or byte by byte.
///
/// To read what they write as it comes would take this process as much time as it takes them. So
/// their pipes grow, and are read at intervals; what is beyond a stream's limit the kernel drops,
/// and nobody copies it. The program waits while its pipe is full.
struct BusyPipes {
    private var pipes: [UInt64: OpenPipe] = [:]
    private var nextTurn: UInt64 = 0
    /// The interval: 128 MB in a second are more than most programs write.
    private static let nanoseconds: UInt64 = 2_000_000
    /// A user may have 64 MiB in pipes before new ones are short.
    static let pipeBytes: Int32 = 256 << 10
    /// The reads after which a pipe is busy.
    static let readsMax = 256

    func contains(_ token: UInt64) -> Bool { pipes[token] != nil }

    mutating func add(_ pipe: OpenPipe, now: UInt64) {
        if pipes.isEmpty { nextTurn = now + Self.nanoseconds }
        pipes[pipe.token] = pipe
        // Without the right to it, the program waits more often.
        Files.growPipe(pipe.descriptor, to: Self.pipeBytes)
    }

    mutating func remove(_ token: UInt64) { pipes[token] = nil }

    /// - Returns: the pipes, if it is their turn.
    mutating func takeTurn(now: UInt64) -> [OpenPipe] {
        guard !pipes.isEmpty, now >= nextTurn else { return [] }
        nextTurn = now + Self.nanoseconds
        return Array(pipes.values)
    }

    /// Returns the timeout of the watching thread's wait; -1 is for ever.
    func waitMilliseconds(now: UInt64) -> Int32 {
        guard !pipes.isEmpty else { return -1 }
        return nextTurn > now ? Int32((nextTurn - now + 999_999) / 1_000_000) : 0
    }
}
