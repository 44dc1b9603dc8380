import Foundation

/// The processes of this machine, as `/proc` shows them to root.
enum ProcessTable {
    struct Entry: Hashable, Sendable {
        let pid: Int32
        let parent: Int32
        let name: String
        let uid: UInt32
        /// In clock ticks since the machine started: tells a process from a later one of its pid.
        let startTime: UInt64

        /// Whether it still runs; a zombie does not.
        var isAlive: Bool { ProcessTable.entry(pid)?.startTime == startTime }
    }

    /// From where up the warden takes the numbers of its jails' users.
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

    /// Those that a jail's users own.
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
            // Not the folder's owner: that is root where a process may not be traced.
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
