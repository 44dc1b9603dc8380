internal import Kernel

/// The groups of one jail, one in each hierarchy, as one object.
final class JailCgroup {
    private struct Part {
        let directory: Int32
        let parent: Int32
        let controllers: [CgroupLayout.Controller]
        let isUnified: Bool

        func has(_ controller: CgroupLayout.Controller) -> Bool { controllers.contains(controller) }
    }

    private let name: String
    private var parts: [Part] = []
    private let accounting: MemoryAccounting
    private var memoryBytes: UInt64 = 0
    /// The counters' files, kept open: each is read at the beginning and the end of every stage.
    ///
    /// -1 stands for a missing file.
    private var cpuFile: Int32 = -1
    private var killsFile: Int32 = -1
    /// The peak's file: on v2 a peak can only be reset for one open file at a time.
    private var peakFile: Int32 = -1
    private var socketFile: Int32 = -1
    private var socketBytes: UInt64 = 0
    /// The files for joining the groups.
    ///
    /// The warden opens them, because the kernel checks the opener's rights, and the child writes
    /// them.
    private(set) var joins: [Int32] = []
    private static let socketBytesMax: UInt64 = 64 << 20

    /// Makes an object without any group.
    init(name: String, accounting: MemoryAccounting) {
        self.name = name
        self.accounting = accounting
    }

    deinit {
        closeJoins()
        for part in parts { Descriptor.close(part.directory) }
        for file in [cpuFile, killsFile, peakFile, socketFile] where file >= 0 {
            Descriptor.close(file)
        }
    }

    /// The descriptor for `CLONE_INTO_CGROUP`; -1 if no hierarchy is unified.
    var unifiedDirectory: Int32 { parts.first(where: \.isUnified)?.directory ?? -1 }

    func make(in hierarchy: CgroupLayout.Hierarchy) throws(KernelError) {
        try Files.makeFolder(name, in: hierarchy.directory)
        let directory: Descriptor
        do throws(KernelError) {
            directory = try Descriptor.open(
                name,
                in: hierarchy.directory,
                flags: OpenFlags.folder
            )
        } catch {
            try? Files.removeFolder(name, in: hierarchy.directory)
            throw error
        }
        let part = Part(
            directory: directory.release(),
            parent: hierarchy.directory,
            controllers: hierarchy.controllers,
            isUnified: hierarchy.isUnified
        )
        parts.append(part)
        try openCounters(of: part)
        // A child joins the unified group at its clone. For v1 the file is `tasks`, not
        // `cgroup.procs`: a single thread moves without waiting for an RCU grace period.
        if part.isUnified { return }
        let join = try Descriptor.open("tasks", in: part.directory, flags: OpenFlags.writeOnly)
        joins.append(join.release())
    }

    private func openCounters(of part: Part) throws(KernelError) {
        if part.has(.cpuacct) {
            let name = part.isUnified ? "cpu.stat" : "cpuacct.usage"
            cpuFile = try Descriptor.open(name, in: part.directory).release()
        }
        guard part.has(.memory) else { return }
        let kills = part.isUnified ? "memory.events" : "memory.oom_control"
        killsFile = try Descriptor.open(kills, in: part.directory).release()
        if accounting.peak == .absent { return }
        let peak = part.isUnified ? "memory.peak" : "memory.max_usage_in_bytes"
        let flags = accounting.peak == .ofStage ? OpenFlags.readWrite : OpenFlags.readOnly
        peakFile = try Descriptor.open(peak, in: part.directory, flags: flags).release()
    }

    /// Closes the files for joining: init has them, and no other process is to join.
    func closeJoins() {
        for join in joins { Descriptor.close(join) }
        joins = []
    }

    /// - Throws: EBUSY if the jail already holds more than `bytes` and the kernel cannot reclaim
    ///   it. (On v2 the kernel then kills, and counts that.)
    func limit(memoryBytes bytes: UInt64) throws(KernelError) {
        guard bytes != memoryBytes, let part = part(.memory) else { return }
        if memoryBytes == 0 { try keepFromSwapping(part) }
        if part.isUnified {
            try writeText("\(bytes)", to: "memory.max", in: part.directory)
        } else {
            // The limit of memory with swap must never be below the limit of memory, so the order
            // of the writes depends on the direction.
            var files = ["memory.limit_in_bytes"]
            if accounting.isSwapCounted { files.append("memory.memsw.limit_in_bytes") }
            for file in bytes > memoryBytes && memoryBytes > 0 ? files.reversed() : files {
                try writeText("\(bytes)", to: file, in: part.directory)
            }
        }
        memoryBytes = bytes
    }

    /// Disables swap for a jail: swapped pages would be memory beyond its limit.
    private func keepFromSwapping(_ part: Part) throws(KernelError) {
        switch (part.isUnified, accounting.isSwapCounted) {
        case (true, true): try writeText("0", to: "memory.swap.max", in: part.directory)
        case (true, false): break  // there is no swap, or the warden would not have started
        case (false, true): break  // one limit covers memory and swap
        // Reclaim for a limit never swaps at 0; see cgroup-v1/memory.rst of the kernel.
        case (false, false): try writeText("0", to: "memory.swappiness", in: part.directory)
        }
    }

    /// Limits the memory of sockets on v1, which counts socket buffers apart from memory, with one
    /// bound for all sockets of the machine; on v2 they are part of the group's memory.
    func limitSocketMemory() {
        guard let part = part(.memory), !part.isUnified else { return }
        let bytes = min(memoryBytes, Self.socketBytesMax)
        do throws(KernelError) {
            try writeText("\(bytes)", to: "memory.kmem.tcp.limit_in_bytes", in: part.directory)
            let usage = "memory.kmem.tcp.usage_in_bytes"
            socketFile = try Descriptor.open(usage, in: part.directory).release()
            socketBytes = bytes
        } catch {}
    }

    var limitsSocketMemory: Bool { socketFile >= 0 }

    /// Whether sockets hold far more than their limit.
    ///
    /// The kernel grants every TCP socket a first buffer of some 70 KiB in each direction, also
    /// above the limit.
    var exceedsSocketMemory: Bool {
        guard let text = try? rereadText(socketFile) else { return false }
        return Self.number(text) > socketBytes * 2
    }

    func limit(processes: UInt64) throws(KernelError) {
        guard let part = part(.pids) else { return }
        try writeText("\(processes)", to: "pids.max", in: part.directory)
    }

    /// The processor time of every process that was ever in the group.
    var cpuMicroseconds: UInt64 {
        guard let part = part(.cpuacct), let text = try? rereadText(cpuFile) else { return 0 }
        return part.isUnified ? Self.number(of: "usage_usec", in: text) : Self.number(text) / 1_000
    }

    /// The number of processes in the group that the kernel killed for lack of memory.
    var memoryKills: UInt64 {
        guard let text = try? rereadText(killsFile) else { return 0 }
        return Self.number(of: "oom_kill", in: text)
    }

    /// The highest memory held at once since ``forgetPeak()``; see ``MemoryAccounting/Peak`` for
    /// differences between kernels.
    var peakMemoryBytes: UInt64 { (try? rereadText(peakFile)).map(Self.number) ?? 0 }

    func forgetPeak() {
        guard accounting.peak == .ofStage else { return }
        try? writeAll([UInt8(ascii: "0")], to: peakFile)
    }

    /// - Returns: whether all groups are gone. A group can be busy for a moment after the end of
    ///   its last process.
    func remove() -> Bool {
        var isGone = true
        for part in parts {
            do throws(KernelError) {
                try Files.removeFolder(name, in: part.parent)
            } catch {
                if error.errno != Errno.noEntry { isGone = false }
            }
        }
        return isGone
    }

    private func part(_ controller: CgroupLayout.Controller) -> Part? {
        parts.first { $0.has(controller) }
    }

    private static func number(_ text: String) -> UInt64 {
        UInt64(text.prefix { $0.isNumber }) ?? 0
    }

    private static func number(of key: String, in text: String) -> UInt64 {
        for line in text.split(separator: "\n") where line.hasPrefix(key + " ") {
            return UInt64(line.dropFirst(key.utf8.count + 1)) ?? 0
        }
        return 0
    }
}
