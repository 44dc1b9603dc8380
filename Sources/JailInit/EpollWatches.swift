internal import Kernel

/// The bound on what the epoll instances of a jail watch.
///
/// Each watch waits at its file, and the close of a pipe that was opened by its path wakes all that
/// wait at the pipe. Hundreds of thousands of watches of one pipe, which is open thousands of
/// times, make the end of a jail last for minutes.
///
/// Init makes every instance and keeps a descriptor of it. So it counts also what no process has
/// open, such as an instance in a message that nobody has read.
final class EpollWatches {
    private static let watchesMax = 16_384
    /// The most watches of one file: all workers of a server may watch its socket.
    private static let watchesOfFileMax = 64
    /// The watches that are made without a count: at least so many, and a part of all others.
    private static let uncountedMin = 64
    private static let uncountedPart = 64
    private static let instancesMax = 512
    /// How many of the first and of the last instances are kept: a program's lasting loops are its
    /// first, and it has hardly closed its last.
    private static let instancesKept = 24

    private let isBounded: Bool
    private var instances: [Int32] = []
    /// The calls until the watches are counted again.
    private var uncounted = uncountedMin
    /// Whether the program has an instance that init no longer has: nothing can be counted then.
    private var isBlind = false
    /// What the kernel says of files without an inode of their own, such as eventfd(2).
    private var anonymous: WatchCount.File?

    init(isBounded: Bool) { self.isBounded = isBounded }

    deinit { reset() }

    /// No process of the program is left.
    func reset() {
        for instance in instances { Descriptor.close(instance) }
        instances = []
        (uncounted, isBlind) = (Self.uncountedMin, false)
    }

    /// - Returns: a new instance for the program.
    func makeInstance(closesOnExec: Bool) -> CallAnswer {
        guard isBounded else { return .made }
        if instances.count >= Self.instancesMax { forgetEnded() }
        do throws(KernelError) {
            let instance = try Epoll().release()
            instances.append(instance)
            return .descriptor(instance, closesOnExec: closesOnExec)
        } catch {
            return .failed(errno: error.errno)
        }
    }

    func allowsWatch() -> Bool {
        guard isBounded else { return true }
        if uncounted == 0 { count() }
        if uncounted == 0, !isBlind {
            forgetEnded()
            count()
        }
        guard uncounted > 0 else { return false }
        uncounted -= 1
        return true
    }

    /// Permits more calls, if the watches are few.
    private func count() {
        guard !isBlind, let count = try? WatchCount(of: instances) else { return }
        let most = count.watchesOfFile(but: anonymousFile())
        guard count.watches < Self.watchesMax, most <= Self.watchesOfFileMax else { return }
        uncounted = Self.uncountedMin + count.watches / Self.uncountedPart
    }

    private func anonymousFile() -> WatchCount.File? {
        if anonymous == nil {
            anonymous = try? WatchCount.anonymousFile()
        }
        return anonymous
    }

    /// Closes all but the first and last instances: the program has closed the others, or most.
    ///
    /// An instance does not keep what it watches, so one that nobody else has vanishes from the
    /// observer. If one stays, nothing is counted any more: there are no more watches than calls.
    private func forgetEnded() {
        guard let observer = try? Epoll() else { return }
        let forgotten = instances.dropFirst(Self.instancesKept).dropLast(Self.instancesKept)
        for instance in forgotten {
            if (try? observer.add(instance, [], token: 0)) == nil { isBlind = true }
            Descriptor.close(instance)
        }
        instances.removeSubrange(forgotten.indices)
        if (try? WatchCount(of: [observer.number]))?.watches != 0 { isBlind = true }
    }
}

/// What epoll instances watch, as `/proc/self/fdinfo` says: a line `tfd: … ino:… sdev:…` each.
struct WatchCount {
    /// The end of a line, from the inode's number on.
    typealias File = ArraySlice<UInt8>

    private(set) var watches = 0
    private var watchesOf: [File: Int] = [:]
    private static let bytesMax = 4 << 20

    init(of instances: [Int32]) throws(KernelError) {
        for instance in instances {
            let path = "/proc/self/fdinfo/\(instance)"
            let info = try Descriptor.open(path)
            let text = try readAll(from: info.number, most: Self.bytesMax)
            for line in text.split(separator: UInt8(ascii: "\n"))
            where line.starts(with: "tfd:".utf8) {
                watches += 1
                // The last two fields, each after a space.
                let spaces = line.indices.filter { line[$0] == UInt8(ascii: " ") }.suffix(2)
                if let start = spaces.first { watchesOf[line[start...], default: 0] += 1 }
            }
        }
    }

    /// Returns the number of watches of the file that is watched most.
    func watchesOfFile(but anonymous: File?) -> Int {
        watchesOf.filter { $0.key != anonymous }.values.max() ?? 0
    }

    static func anonymousFile() throws(KernelError) -> File? {
        let observer = try Epoll()
        let observed = try Epoll()
        try observer.add(observed.number, [], token: 0)
        return try WatchCount(of: [observer.number]).watchesOf.keys.first
    }
}
