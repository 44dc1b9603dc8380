/// The way in which a program ended; never an error of ours.
public enum Verdict: Sendable, Hashable {
    case exited(code: Int32)
    case signaled(signal: Int32)
    case timedOut
    case cpuTimeExceeded
    case memoryExceeded
    case outputExceeded
}

/// The resources of a stage, counted after its last process has ended.
public struct Usage: Sendable, Hashable {
    public var wallMicroseconds: Int64
    public var cpuMicroseconds: Int64
    /// The peak memory of the whole jail during the stage.
    public var memoryBytes: Int64

    public init(wallMicroseconds: Int64, cpuMicroseconds: Int64, memoryBytes: Int64) {
        self.wallMicroseconds = wallMicroseconds
        self.cpuMicroseconds = cpuMicroseconds
        self.memoryBytes = memoryBytes
    }
}
