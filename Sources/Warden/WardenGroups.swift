internal import Kernel

/// The groups of wardens, side by side in one folder.
///
/// A group's name has its warden's process id and the id of that warden's process namespace.
///
/// A warden holds the lock of its group for its lifetime. The next start removes the groups of
/// killed wardens: their jails died with them, and the folders are empty. A warden in another
/// process namespace may share the hierarchy: this warden's process ids cannot say whether it is
/// dead, but its lock can.
enum WardenGroups {
    private static let prefix = "quicksand-warden-"

    /// - Parameter process: the process id in this process's namespace.
    static func name(ofWarden process: Int32) -> String {
        "\(prefix)\(process).\(OwnProcess.processNamespace)"
    }

    /// The highest number of attempts to make a group; each further attempt needs another
    /// simultaneous start.
    private static let attemptsMax = 1_000

    /// Makes a group and locks it.
    ///
    /// Before the lock, a start in another process namespace may take the group for a dead warden's
    /// and remove it. So the attempt is repeated until the name stands for the locked group.
    ///
    /// - Returns: the open group; its lock lasts until it is closed.
    static func make(_ name: String, in folder: Int32) throws(KernelError) -> Int32 {
        try Files.makeFolder(name, in: folder)
        for _ in 0..<attemptsMax {
            if let group = try lock(name, in: folder) { return group }
            Epoll.pause(milliseconds: 1)
            do throws(KernelError) {
                try Files.makeFolder(name, in: folder)
            } catch  where error.errno == Errno.exists {
                // The group still exists, and another start is about to remove it.
            }
        }
        throw KernelError(.flock, errno: Errno.busy)
    }

    /// - Returns: `nil` if another process holds the lock, or has removed the group.
    private static func lock(_ name: String, in folder: Int32) throws(KernelError) -> Int32? {
        let group: Descriptor
        do throws(KernelError) {
            group = try Descriptor.open(name, in: folder, flags: OpenFlags.folder)
        } catch  where error.errno == Errno.noEntry {
            return nil
        }
        guard try Files.lock(group.number), Files.isNamed(name, in: folder, group.number) else {
            return nil
        }
        return group.release()
    }

    static func removeStale(in folder: Int32) {
        for name in Folder.names(in: folder) where name.hasPrefix(prefix) {
            if mayBeDead(name.dropFirst(prefix.utf8.count)) { remove(name, in: folder) }
        }
    }

    /// - Parameter name: the warden's process id and its namespace's id; earlier releases wrote no
    ///   namespace.
    private static func mayBeDead(_ name: Substring) -> Bool {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let process = parts.first.flatMap({ Int32($0) }) else { return false }
        if parts.count > 1, parts[1] != String(OwnProcess.processNamespace) { return true }
        // A group with this process's id is an earlier process's: this process has not made its
        // group yet.
        return process == OwnProcess.number || !OwnProcess.exists(process)
    }

    /// Removes the groups of one ended warden, from every possible parent.
    /// - Returns: whether nothing is left.
    static func remove(ofWarden process: Int32) -> Bool {
        var isGone = true
        for parent in ((try? CgroupPlace.find()) ?? []).flatMap(\.parents) {
            guard let folder = try? Descriptor.open(parent, flags: OpenFlags.folder) else {
                continue
            }
            if !remove(name(ofWarden: process), in: folder.number) { isGone = false }
        }
        return isGone
    }

    /// - Returns: whether nothing of the dead warden is left.
    @discardableResult
    private static func remove(_ name: String, in folder: Int32) -> Bool {
        guard let group = try? lock(name, in: folder) else { return true }
        // Keep the lock until the group is gone: else its name could meanwhile belong to a living
        // warden.
        defer { Descriptor.close(group) }
        for child in Folder.names(in: group) { try? Files.removeFolder(child, in: group) }
        do throws(KernelError) {
            try Files.removeFolder(name, in: folder)
            return true
        } catch {
            return error.errno == Errno.noEntry
        }
    }
}
