internal import Kernel

/// The number of file locks that the jail's processes hold (F_SETLK).
///
/// `/proc/PID/fdinfo` shows a process's locks at each of its descriptors of the locked file. A
/// process has one table of descriptors for its life: the filter refuses every way to another one.
/// No process can lock a file during the count, since each lock waits for init.
struct LockCount {
    private let most: Int
    /// A program that has very many descriptors must not keep init from its orders.
    private let deadline: UInt64
    private static let nanosecondsMax: UInt64 = 20_000_000
    /// A process may call exec while its threads are listed; its thread then takes the number of
    /// the first thread.
    private static let attemptsMax = 4

    /// - Returns: more than `most` if there are more, or if they could not be counted in time.
    static func ofProcesses(most: Int) -> Int {
        let count = LockCount(
            most: most,
            deadline: MonotonicClock.nanoseconds + nanosecondsMax
        )
        guard let processes = numbers(in: "/proc") else { return most + 1 }
        var sum = 0
        for process in processes {
            sum += count.locks(of: process)
            if sum > most { break }
        }
        return sum
    }

    private func locks(of process: Int32) -> Int {
        for _ in 0..<Self.attemptsMax {
            let threads = Self.numbers(in: "/proc/\(process)/task") ?? []
            for thread in threads {
                // A thread that is ending has no table any more, and others may.
                let place = "/proc/\(process)/task/\(thread)"
                if let locks = locksOfTable(at: place) { return locks }
            }
            if threads.allSatisfy({ ProcessStatus.isEnding($0, in: "/proc/\(process)/task") }) {
                return 0
            }
        }
        return most + 1
    }

    /// - Returns: `nil` where there is no descriptor.
    private func locksOfTable(at place: String) -> Int? {
        guard let descriptors = Self.numbers(in: place + "/fdinfo") else { return most + 1 }
        guard !descriptors.isEmpty else { return nil }
        var found: Set<Substring> = []
        for descriptor in descriptors {
            guard MonotonicClock.nanoseconds < deadline else { return most + 1 }
            // Other kinds have no such locks, and their text can be long (epoll).
            let kind = Files.kind(at: "\(place)/fd/\(descriptor)")
            guard kind == .regular || kind == .folder else { continue }
            do throws(KernelError) {
                try Self.add("\(place)/fdinfo/\(descriptor)", to: &found)
            } catch  where [Errno.noEntry, Errno.noProcess].contains(error.errno) {
                continue
            } catch {
                return most + 1
            }
        }
        return found.count
    }

    private static func add(
        _ path: String,
        to found: inout Set<Substring>
    ) throws(KernelError) {
        for line in try readText(path, in: currentFolder).split(separator: "\n")
        where line.hasPrefix("lock:") {
            // `lock:	1: POSIX  ADVISORY  WRITE …`: the number is the line's.
            let parts = line.split(separator: ":", maxSplits: 2)
            if let lock = parts.last, lock.hasPrefix(" POSIX ") { found.insert(lock) }
        }
    }

    /// - Returns: none where the folder is gone, `nil` where it cannot be read.
    private static func numbers(in path: String) -> [Int32]? {
        do throws(KernelError) {
            let folder = try Descriptor.open(path, flags: OpenFlags.folder)
            return Folder.names(in: folder.number).compactMap { Int32($0) }
        } catch {
            return [Errno.noEntry, Errno.noProcess].contains(error.errno) ? [] : nil
        }
    }
}
