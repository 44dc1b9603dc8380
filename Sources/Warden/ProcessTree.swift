internal import Kernel
internal import WardenProtocol

/// The usage of a jail's processes, sampled from each process: for machines whose operator allowed
/// a missing cgroup.
///
/// It is weaker in every way. A process that lives and dies between two samples is not seen, memory
/// that no process has mapped is not counted, and the time of a child that nobody waited for is
/// lost.
final class ProcessTree {
    static let lookNanoseconds: UInt64 = 20_000_000

    private(set) var memoryBytes: UInt64 = 0
    private(set) var peakMemoryBytes: UInt64 = 0
    /// The highest sum ever seen: a sum over processes shrinks when one ends unseen.
    private(set) var cpuMicroseconds: UInt64 = 0
    private let initProcess: Int32

    static let weakness = Primitive(
        name: "cgroup",
        detail: "absent: memory and processor time are looked up in the process tree every 20 ms, "
            + "so a short peak is missed, memory that no process has mapped and files in /box and "
            + "/tmp are not counted, and time of children whose end nobody waited for is lost; "
            + "processes are bounded by RLIMIT_NPROC, and a stack has 8 MiB",
        isWeaker: true
    )

    private static let processesMax = 4_096

    /// - Parameter initProcess: the jail's init; it adopts the jail's orphans, so the tree is
    ///   complete.
    init(initProcess: Int32) { self.initProcess = initProcess }

    func forgetPeak() { peakMemoryBytes = memoryBytes }

    func look() {
        var memory: UInt64 = 0
        var ticks: UInt64 = 0
        var waiting = [initProcess]
        var seen = 0
        while let process = waiting.popLast(), seen < Self.processesMax {
            seen += 1
            // A process that has ended meanwhile is skipped.
            guard let folder = try? Descriptor.open("/proc/\(process)", flags: OpenFlags.folder)
            else { continue }
            memory += Self.pages(of: folder.number)
            ticks += Self.ticks(of: folder.number)
            waiting += Self.children(of: folder.number)
        }
        memoryBytes = memory * UInt64(OwnProcess.pageBytes)
        peakMemoryBytes = max(peakMemoryBytes, memoryBytes)
        let ticksPerSecond = UInt64(OwnProcess.clockTicksPerSecond)
        cpuMicroseconds = max(cpuMicroseconds, ticks * 1_000_000 / ticksPerSecond)
    }

    /// Reads the fields of `statm`: size, resident, shared…; see proc_pid_statm(5).
    private static func pages(of folder: Int32) -> UInt64 {
        let fields = (try? readText("statm", in: folder))?.split(separator: " ") ?? []
        return fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0
    }

    /// Returns the process's own time and the time of children that it waited for; fields 14 to 17
    /// of proc_pid_stat(5).
    private static func ticks(of folder: Int32) -> UInt64 {
        // The second field is a name that the program chose; it ends at the last parenthesis.
        let text = (try? readText("stat", in: folder)) ?? ""
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.dropFirst(11).prefix(4).reduce(0) { $0 + (UInt64($1) ?? 0) }
    }

    private static func children(of folder: Int32) -> [Int32] {
        guard let threads = try? Descriptor.open("task", in: folder, flags: OpenFlags.folder) else {
            return []
        }
        return Folder.names(in: threads.number, most: processesMax).flatMap { thread in
            ((try? readText(thread + "/children", in: threads.number)) ?? "")
                .split(separator: " ").compactMap { Int32($0) }
        }
    }
}
