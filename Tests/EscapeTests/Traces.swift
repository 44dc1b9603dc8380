import Domain
import Foundation
import Kernel
import Testing
import WardenClient
import WardenProtocol
import WardenUnderTest

/// The possible remains of a jail on the host.
struct Traces: Equatable {
    /// The processes of this warden's uid range.
    var processes: [String]
    /// The groups in this warden's own group; other wardens' groups are not checked.
    ///
    /// It counts groups with a process, and all groups if there are more than the warden's spares.
    var cgroups: [String]
    /// The warden's descriptors, except the descriptors of its spares if their number is within the
    /// limit.
    var wardenDescriptors: Int
    /// The descriptors of this process, which is the front here.
    var frontDescriptors: Int
    var mounts: Int

    var isQuiet: Bool { processes.isEmpty && cgroups.isEmpty }

    /// Returns whether nothing was left since.
    ///
    /// Foundation closes its own descriptors at any time, so the front may have fewer.
    func isClean(since before: Traces) -> Bool {
        isQuiet && mounts == before.mounts && wardenDescriptors == before.wardenDescriptors
            && frontDescriptors <= before.frontDescriptors
    }
}

extension WardenFixture {
    /// Waits, at most two minutes, for jails in teardown to go, and for the traces of `before`.
    func traces(like before: Traces? = nil) async throws -> Traces {
        await session.waitUntilEmpty()
        let deadline = ContinuousClock.now + .seconds(120)
        var traces = try lookAround()
        // The kernel may hold a group for a moment after its last process has been reaped.
        while !(before.map(traces.isClean) ?? traces.isQuiet), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(1))  // for jails in teardown
            traces = try lookAround()
        }
        #expect(traces.processes.isEmpty)
        #expect(traces.cgroups.isEmpty)
        return traces
    }

    private func lookAround() throws -> Traces {
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        return Traces(
            processes: try jailProcesses(),
            cgroups: cgroupFolders(),
            wardenDescriptors: try wardenDescriptors(),
            frontDescriptors: try frontDescriptors(),
            mounts: mounts.split(separator: "\n").count
        )
    }

    private func wardenDescriptors() throws -> Int {
        let files = FileManager.default
        let folder = "/proc/\(session.wardenProcess)/fd/"
        let targets = try files.contentsOfDirectory(atPath: folder).compactMap { number in
            try? files.destinationOfSymbolicLink(atPath: folder + number)
        }
        let networks = targets.count { $0.hasPrefix("net:[") }
        let ofGroups = targets.filter { $0.contains("/jail-") }
        let groups = Set(ofGroups.map { $0.split(separator: "/").first { $0.hasPrefix("jail-") } })
        return targets.count - (networks > Self.spareNetworks ? 0 : networks)
            - (groups.count > Self.spareGroups ? 0 : ofGroups.count)
    }

    /// Counts this process's descriptors, except Foundation's run loops: each thread that started a
    /// control keeps one.
    private func frontDescriptors() throws -> Int {
        let files = FileManager.default
        let loops: Set = ["anon_inode:[eventpoll]", "anon_inode:[eventfd]", "anon_inode:[timerfd]"]
        return try files.contentsOfDirectory(atPath: "/proc/self/fd").filter { number in
            let target = try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + number)
            return target.map { !loops.contains($0) } ?? false
        }.count
    }

    private func cgroupFolders() -> [String] {
        var found: [String] = []
        for primitive in session.primitives where primitive.name.hasPrefix("cgroup ") {
            let parent = primitive.detail.drop { $0 != "/" }
            let name = "\(session.wardenProcess).\(OwnProcess.processNamespace)"
            let group = "\(parent)/quicksand-warden-\(name)"
            let names = try? FileManager.default.contentsOfDirectory(atPath: group)
            // An unreadable group would make every test pass.
            if names == nil { Issue.record("cannot read \(group)") }
            let jails = (names ?? []).filter { $0.hasPrefix("jail-") }.map { group + "/" + $0 }
            found += jails.count > Self.spareGroups ? jails : jails.filter(isHeld)
        }
        return found
    }

    /// The number of spare groups in each hierarchy.
    private static let spareGroups = 2
    /// The number of network descriptors: two spares of each kind, and the warden's own network.
    private static let spareNetworks = 5

    private func isHeld(_ group: String) -> Bool {
        let members = try? String(contentsOfFile: group + "/cgroup.procs", encoding: .utf8)
        return members != ""
    }

    /// Returns the user numbers of all jails of this warden.
    private func identities() throws -> ClosedRange<UInt32> {
        let primitive = session.primitives.first { $0.name == "uid range" }
        let ends = (primitive?.detail ?? "").split { !$0.isNumber }.compactMap { UInt32($0) }
        guard ends.count == 2, ends[0] >= 0x7000_0000, ends[0] < ends[1] else {
            throw Missing(what: "the warden's uid range")
        }
        return ends[0]...ends[1]
    }

    /// Counts the descriptors of the inits of all jails.
    func initDescriptors() throws -> Int {
        try jailProcesses().filter { number in
            let status = try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)
            return status.map { numbersOf("PPid:", in: $0) } == [UInt32(session.wardenProcess)]
        }.reduce(0) { count, number in
            try count + FileManager.default.contentsOfDirectory(atPath: "/proc/\(number)/fd").count
        }
    }

    private func jailProcesses() throws -> [String] {
        let identities = try identities()
        let numbers = try FileManager.default.contentsOfDirectory(atPath: "/proc")
            .filter { $0.allSatisfy(\.isNumber) }
        return numbers.filter { number in
            // A process that has ended meanwhile is skipped.
            guard
                let status = try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)
            else { return false }
            let isOfJail = numbersOf("Uid:", in: status).contains { identities.contains($0) }
            // A killed earlier warden may have had these numbers; PID 1 must reap its zombies, and
            // some containers' PID 1 does not.
            let isDead = status.contains("\nState:\tZ")
            let isOurs = numbersOf("PPid:", in: status) == [UInt32(session.wardenProcess)]
            return isOfJail && (!isDead || isOurs)
        }
    }

    private func numbersOf(_ field: String, in status: String) -> [UInt32] {
        let line = status.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
        return line.split { !$0.isNumber }.compactMap { UInt32($0) }
    }
}
