import Foundation
import Glibc

/// A server's processes, as `/proc` shows them: the front, the warden's own, and the jails'.
///
/// By name and descent, whatever the warden keeps between itself and the front: what has a process
/// number in more namespaces than the front has is in a jail.
struct ProcessFamily {
    let front: Reading
    /// The warden's processes together.
    let warden: Reading
    let wardenProcesses: [pid_t]
    /// Init and programs of every jail.
    let jailMembers: [JailMember]
    var jailProcesses: Int { jailMembers.count }
    var jails: Int { Set(jailMembers.map(\.namespace)).count }

    struct Reading {
        var residentBytes = 0
        var descriptors = 0
    }

    /// One process in a jail.
    struct JailMember {
        let process: pid_t
        let name: String
        /// Its PID namespace, which is its jail's own; empty where it may not be asked for.
        let namespace: String

        /// The proportional set size now: of shared memory only this process's part.
        ///
        /// - Returns: `nil` where the kernel does not allow the question, or the process has ended.
        func readProportionalBytes() -> Int? {
            let path = "/proc/\(process)/smaps_rollup"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
            let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
            return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }
                .map { $0 * 1_024 }
        }

        init(process: pid_t, name: String) {
            self.process = process
            self.name = name
            let link = "/proc/\(process)/ns/pid"
            namespace = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? ""
        }
    }

    /// - Returns: `nil` where the front is gone.
    init?(front: pid_t) {
        let statuses = Status.all()
        // What has ended and was not awaited yet is still listed.
        guard let own = statuses[front], !own.hasEnded else { return nil }
        var children: [pid_t: [Status]] = [:]
        for status in statuses.values { children[status.parent, default: []].append(status) }
        var below: [Status] = []
        var next = children[front] ?? []
        while let status = next.popLast() {
            below.append(status)
            next += children[status.process] ?? []
        }
        let inJails = below.filter { $0.namespaces > own.namespaces }
        let wardens = below.filter {
            $0.namespaces == own.namespaces && $0.name == Self.wardenName
        }
        self.front = own.reading
        warden = wardens.map(\.reading).reduce(into: Reading()) { sum, reading in
            sum.residentBytes += reading.residentBytes
            sum.descriptors += reading.descriptors
        }
        wardenProcesses = wardens.map(\.process)
        jailMembers = inJails.map { JailMember(process: $0.process, name: $0.name) }
    }

    /// As the kernel keeps it: 15 bytes.
    private static let wardenName = String("quicksand-warden".prefix(15))

    private struct Status {
        let process: pid_t
        let name: String
        let parent: pid_t
        /// In how many PID namespaces, from ours inwards, it has a number.
        let namespaces: Int
        let residentBytes: Int
        let hasEnded: Bool

        var reading: Reading {
            let folder = "/proc/\(process)/fd"
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
            return Reading(residentBytes: residentBytes, descriptors: names?.count ?? 0)
        }

        static func all() -> [pid_t: Status] {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
            let found = names.compactMap { pid_t($0) }.compactMap(Status.init)
            return Dictionary(found.map { ($0.process, $0) }) { first, _ in first }
        }

        init?(process: pid_t) {
            let path = "/proc/\(process)/status"
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
            var fields: [Substring: Substring] = [:]
            for line in text.split(separator: "\n") {
                let sides = line.split(separator: "\t", maxSplits: 1)
                if sides.count == 2 { fields[sides[0]] = sides[1] }
            }
            guard let name = fields["Name:"], let parent = fields["PPid:"].flatMap({ pid_t($0) }),
                let numbers = fields["NSpid:"]
            else { return nil }
            self.process = process
            self.name = String(name)
            self.parent = parent
            namespaces = numbers.split(separator: "\t").count
            hasEnded = fields["State:"]?.hasPrefix("Z") == true
            let kilobytes = fields["VmRSS:"]?.split(separator: " ").first.flatMap { Int($0) }
            residentBytes = (kilobytes ?? 0) * 1_024
        }
    }
}

/// The control groups of a warden's jails.
struct JailGroups {
    /// Each hierarchy's folder of ours.
    private let folders: [String]

    /// Looks for the folders that are named for one of these processes.
    init(wardens: [pid_t]) {
        let endings = wardens.map { "-\($0)" }
        folders = Self.search("/sys/fs/cgroup", depth: 6) { name in
            name.hasPrefix("quicksand") && endings.contains { name.hasSuffix($0) }
        }
    }

    /// How many jails have a group, in the hierarchy with the most; but for those that the warden
    /// keeps for the jails to come.
    var count: Int {
        let counts = folders.map { folder in
            let groups = Self.folders(in: folder)
            let held = groups.count { isHeld("\(folder)/\($0)") }
            return max(held, groups.count - Self.spareMax)
        }
        return counts.max() ?? 0
    }

    /// As many as the warden keeps.
    private static let spareMax = 2

    private func isHeld(_ group: String) -> Bool {
        let members = try? String(contentsOfFile: group + "/cgroup.procs", encoding: .utf8)
        return members?.isEmpty == false
    }

    /// The number of our folders that still exist.
    var left: Int { folders.count { access($0, F_OK) == 0 } }

    private static func search(
        _ folder: String,
        depth: Int,
        _ isWanted: (String) -> Bool
    ) -> [String] {
        guard depth > 0 else { return [] }
        return folders(in: folder).flatMap { name in
            let path = folder + "/" + name
            return isWanted(name) ? [path] : search(path, depth: depth - 1, isWanted)
        }
    }

    private static func folders(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            guard entry.pointee.d_type == UInt8(DT_DIR) else { continue }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }
}
