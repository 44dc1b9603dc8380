internal import Kernel

/// The groups of wardens, side by side in one folder, each named for its warden's process.
///
/// A warden holds the lock of its group for as long as it lives. Those of wardens that were killed
/// are cleared away by the next start: their jails died with them, and the folders are empty. A
/// process number alone does not say that a warden is dead, since wardens in several process
/// namespaces may share a hierarchy; the lock does.
enum WardenGroups {
    static let prefix = "quicksand-warden-"

    /// How often a group is made again; each time takes another start at the same moment.
    private static let attemptsMax = 1_000

    /// Makes a group and locks it.
    ///
    /// Until it is locked, a start in another process namespace may take it for a dead warden's and
    /// remove it. So it is made again until what is locked is what its name stands for.
    ///
    /// - Returns: the group, opened; its lock lasts until it is closed.
    static func make(_ name: String, in folder: Int32) throws(KernelError) -> Int32 {
        try Files.makeFolder(name, in: folder)
        for _ in 0..<attemptsMax {
            if let group = try lock(name, in: folder) { return group }
            Epoll.pause(milliseconds: 1)
            do throws(KernelError) {
                try Files.makeFolder(name, in: folder)
            } catch  where error.errno == Errno.exists {
                // Ours still, and about to be removed.
            }
        }
        throw KernelError(.flock, errno: Errno.busy)
    }

    /// - Returns: `nil` where somebody else is at it, or has removed it.
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
            // One of our own number is an earlier process's: ours is not made yet.
            guard let process = Int32(name.dropFirst(prefix.utf8.count)),
                process == OwnProcess.number || !OwnProcess.exists(process)
            else { continue }
            remove(name, in: folder)
        }
    }

    /// Those of one warden, which has ended, wherever it may have made them.
    /// - Returns: whether nothing is left.
    static func remove(ofWarden process: Int32) -> Bool {
        var isGone = true
        for parent in ((try? CgroupPlace.find()) ?? []).flatMap(\.parents) {
            guard let folder = try? Descriptor.open(parent, flags: OpenFlags.folder) else {
                continue
            }
            if !remove(prefix + "\(process)", in: folder.number) { isGone = false }
        }
        return isGone
    }

    /// - Returns: whether nothing of the dead is left.
    @discardableResult
    private static func remove(_ name: String, in folder: Int32) -> Bool {
        guard let group = try? lock(name, in: folder) else { return true }
        // Locked until it is gone: else its name could be a living warden's meanwhile.
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
