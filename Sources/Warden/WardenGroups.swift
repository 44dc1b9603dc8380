internal import Kernel

/// The groups of wardens, side by side in one folder, each named for its warden's process and for
/// the namespace that numbers it.
///
/// A warden holds the lock of its group for as long as it lives. Those of wardens that were killed
/// are cleared away by the next start: their jails died with them, and the folders are empty. A
/// warden in another process namespace may share the hierarchy: whether it is dead is not for this
/// one's process numbers to say, and its lock says it.
enum WardenGroups {
    private static let prefix = "quicksand-warden-"

    /// - Parameter process: of this process's namespace.
    static func name(ofWarden process: Int32) -> String {
        "\(prefix)\(process).\(OwnProcess.processNamespace)"
    }

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
            if mayBeDead(name.dropFirst(prefix.utf8.count)) { remove(name, in: folder) }
        }
    }

    /// - Parameter name: the warden's process number and its namespace's; earlier releases wrote no
    ///    namespace.
    private static func mayBeDead(_ name: Substring) -> Bool {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let process = parts.first.flatMap({ Int32($0) }) else { return false }
        if parts.count > 1, parts[1] != String(OwnProcess.processNamespace) { return true }
        // One of our own number is an earlier process's: ours is not made yet.
        return process == OwnProcess.number || !OwnProcess.exists(process)
    }

    /// Those of one warden, which has ended, wherever it may have made them.
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
