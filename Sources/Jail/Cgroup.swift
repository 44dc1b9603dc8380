internal import Kernel
internal import WardenWire

/// Where each controller that jails need lives on this machine: a hierarchy of its own (v1), the
/// unified one (v2), or some of each (hybrid).
///
/// Found once, at start.
struct CgroupLayout: ~Copyable {
    /// Folders of ours, one for each hierarchy that has to be joined, under which every jail gets a
    /// group.
    private let hierarchies: [Hierarchy]
    private let name: String

    /// What a group is wanted for.
    ///
    /// On v1 `cpuacct` counts processor time; on v2 every group does.
    enum Controller: String, CaseIterable {
        case memory, pids, cpuacct
    }

    struct Hierarchy {
        let directory: Int32
        /// Of `directory`, kept open so that it can be removed after every path is gone.
        let parent: Int32
        let path: String
        let controllers: [Controller]
        let isUnified: Bool
    }

    /// - Parameter name: of our group below the one that this process is in; tells wardens apart.
    /// - Throws: ``StartFailure`` naming the controller that is missing.
    init(name: String) throws(StartFailure) {
        self.name = name
        var hierarchies: [Hierarchy] = []
        for place in try CgroupPlace.find() {
            hierarchies.append(try place.makeHierarchy(name: name))
        }
        self.hierarchies = hierarchies
    }

    deinit {
        for hierarchy in hierarchies {
            Descriptor.close(hierarchy.directory)
            try? Files.removeFolder(name, in: hierarchy.parent)
            Descriptor.close(hierarchy.parent)
        }
    }

    /// One line for each controller: which version, and where.
    var primitives: [Primitive] {
        hierarchies.flatMap { hierarchy in
            hierarchy.controllers.map { controller in
                let version = hierarchy.isUnified ? "v2" : "v1"
                return Primitive(
                    name: "cgroup " + controller.rawValue,
                    detail: version + " " + hierarchy.path
                )
            }
        }
    }

    func makeGroup(_ name: String) throws(KernelError) -> JailCgroup {
        var parts: [JailCgroup.Part] = []
        for hierarchy in hierarchies {
            try Files.makeFolder(name, in: hierarchy.directory)
            let directory = try Descriptor.open(
                name,
                in: hierarchy.directory,
                flags: OpenFlags.folder
            )
            parts.append(
                JailCgroup.Part(
                    directory: directory.release(),
                    parent: hierarchy.directory,
                    controllers: hierarchy.controllers,
                    isUnified: hierarchy.isUnified
                )
            )
        }
        return JailCgroup(name: name, parts: parts)
    }
}

/// The groups of one jail, one in each hierarchy, seen as one.
final class JailCgroup {
    struct Part {
        let directory: Int32
        let parent: Int32
        let controllers: [CgroupLayout.Controller]
        let isUnified: Bool

        func has(_ controller: CgroupLayout.Controller) -> Bool { controllers.contains(controller) }
    }

    private let name: String
    private let parts: [Part]
    private var memoryBytes: UInt64 = 0
    private static let socketBytesMax: UInt64 = 64 << 20

    init(name: String, parts: [Part]) {
        self.name = name
        self.parts = parts
    }

    deinit { for part in parts { Descriptor.close(part.directory) } }

    /// For `CLONE_INTO_CGROUP`; -1 where no hierarchy is unified.
    var unifiedDirectory: Int32 { parts.first(where: \.isUnified)?.directory ?? -1 }

    /// Opened by the warden, whose rights count (the kernel judges the opener), and written by the
    /// child.
    func openJoins() throws(KernelError) -> [Int32] {
        var joins: [Int32] = []
        for part in parts where !part.isUnified {
            // `tasks`, not `cgroup.procs`: a single thread moves without waiting for an RCU grace
            // period.
            let file = try Descriptor.open(
                "tasks",
                in: part.directory,
                flags: OpenFlags.writeOnly
            )
            joins.append(file.release())
        }
        return joins
    }

    /// - Throws: EBUSY where the jail already holds more than `bytes` and the kernel cannot get it
    ///    back.
    func limit(memoryBytes bytes: UInt64) throws(KernelError) {
        guard bytes != memoryBytes, let part = part(.memory) else { return }
        if part.isUnified {
            try writeText("\(bytes)", to: "memory.max", in: part.directory)
            try? writeText("0", to: "memory.swap.max", in: part.directory)
        } else {
            // Memory with swap may never be the smaller one, so the order depends on the direction.
            let files = ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes"]
            for file in bytes > memoryBytes && memoryBytes > 0 ? files.reversed() : files {
                do throws(KernelError) {
                    try writeText("\(bytes)", to: file, in: part.directory)
                } catch {
                    // Kernels without swap accounting have no memsw file.
                    if file == files[0] || error.errno != Errno.noEntry { throw error }
                }
            }
        }
        memoryBytes = bytes
    }

    /// v1 counts the kernel's socket buffers apart from memory, and all sockets of the machine
    /// share one bound; on v2 they are part of the group's memory.
    func limitSocketMemory() {
        guard let part = part(.memory), !part.isUnified else { return }
        let bytes = min(memoryBytes, Self.socketBytesMax)
        try? writeText("\(bytes)", to: "memory.kmem.tcp.limit_in_bytes", in: part.directory)
    }

    func limit(processes: UInt64) throws(KernelError) {
        guard let part = part(.pids) else { return }
        try writeText("\(processes)", to: "pids.max", in: part.directory)
    }

    /// Processor time of every process that was ever in the group.
    var cpuMicroseconds: UInt64 {
        guard let part = part(.cpuacct) else { return 0 }
        if part.isUnified {
            return keyed("usage_usec", file: "cpu.stat", in: part.directory)
        }
        return number("cpuacct.usage", in: part.directory) / 1_000
    }

    /// How often the kernel killed a process here for want of memory.
    var memoryKills: UInt64 {
        guard let part = part(.memory) else { return 0 }
        let file = part.isUnified ? "memory.events" : "memory.oom_control"
        return keyed("oom_kill", file: file, in: part.directory)
    }

    /// The most memory held at once since ``forgetPeak()``.
    var peakMemoryBytes: UInt64 {
        guard let part = part(.memory) else { return 0 }
        let file = part.isUnified ? "memory.peak" : "memory.max_usage_in_bytes"
        return number(file, in: part.directory)
    }

    /// v1 only: v2 before Linux 6.12 keeps one peak for the group's life.
    func forgetPeak() {
        guard let part = part(.memory), !part.isUnified else { return }
        try? writeText("0", to: "memory.max_usage_in_bytes", in: part.directory)
    }

    /// - Returns: whether nothing is left. A group whose last process has just gone can be busy for
    ///    a moment.
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

    private func number(_ file: String, in directory: Int32) -> UInt64 {
        guard let text = try? readText(file, in: directory) else { return 0 }
        return UInt64(text.prefix { $0.isNumber }) ?? 0
    }

    private func keyed(_ key: String, file: String, in directory: Int32) -> UInt64 {
        guard let text = try? readText(file, in: directory) else { return 0 }
        for line in text.split(separator: "\n") where line.hasPrefix(key + " ") {
            return UInt64(line.dropFirst(key.utf8.count + 1)) ?? 0
        }
        return 0
    }
}
