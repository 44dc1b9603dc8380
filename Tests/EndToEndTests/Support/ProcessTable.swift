import Foundation

/// The processes of this machine, read from `/proc` as root.
enum ProcessTable {
    struct Entry: Hashable, Sendable {
        let pid: Int32
        let parent: Int32
        let name: String
        let uid: UInt32
        /// The start time in clock ticks since boot: it distinguishes a process from a later one
        /// with its pid.
        let startTime: UInt64

        /// Whether the process still runs; a zombie does not.
        var isAlive: Bool { ProcessTable.entry(pid)?.startTime == startTime }
    }

    /// The lowest user number of jails.
    private static let jailUsersFrom: UInt32 = 0x7000_0000

    static func all() -> [Entry] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.compactMap(entry)
    }

    static func children(of pid: Int32) -> [Entry] { all().filter { $0.parent == pid } }

    static func descendants(of pid: Int32) -> [Entry] {
        let all = all()
        var found: [Entry] = []
        var generation: Set<Int32> = [pid]
        while !generation.isEmpty {
            let children = all.filter { generation.contains($0.parent) }
            found += children
            generation = Set(children.map(\.pid))
        }
        return found
    }

    /// Returns the descendants that run as a jail's user.
    static func jailed(below pid: Int32) -> [Entry] {
        descendants(of: pid).filter { $0.uid >= jailUsersFrom }
    }

    static func letGo(_ entries: [Entry]) {
        for entry in entries where entry.name == "sleep" { kill(entry.pid, SIGKILL) }
    }

    private static func entry(_ pid: Int32) -> Entry? {
        // `pid (name) state ppid …`, where the name may hold anything.
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .isoLatin1),
            let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")"),
            // Do not use the folder's owner: it is root if a process may not be traced.
            let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .isoLatin1),
            let uid = status.firstMatch(of: /\nUid:\t([0-9]+)/).flatMap({ UInt32($0.1) })
        else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X",
            let parent = Int32(fields[1]), let startTime = UInt64(fields[19])
        else { return nil }
        return Entry(
            pid: pid,
            parent: parent,
            name: String(text[text.index(after: open)..<close]),
            uid: uid,
            startTime: startTime
        )
    }
}
