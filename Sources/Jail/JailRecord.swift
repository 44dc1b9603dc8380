internal import Kernel
internal import WardenWire

/// The warden's end of one jail: its init, its cgroup, and where its stages stand.
final class JailRecord {
    let number: JailNumber
    let slot: Int
    let cgroup: JailCgroup
    let socket: Descriptor
    let pidfd: Descriptor
    var supervision: Supervision
    private let process: Int32
    private let identity: JailIdentity
    private var processesMax: UInt64 = 0

    static let namespaces: Namespaces = [.user, .process, .mount, .network, .ipc, .uts]

    /// Makes the cgroup, clones init into it and maps its users; init goes on alone from there.
    init(
        number: JailNumber,
        serial: UInt64,
        slot: Int,
        plan: JailPlan,
        memoryBytes: UInt64,
        archive: Int32,
        cgroups: borrowing CgroupLayout
    ) throws(KernelError) {
        // By serial, which never comes again: one that the kernel is slow to remove is in nobody's
        // way.
        let cgroup = try cgroups.makeGroup("jail-\(serial)")
        var isMade = false
        defer { if !isMade { _ = cgroup.remove() } }
        try cgroup.limit(memoryBytes: memoryBytes)
        if plan.raisesLoopback { cgroup.limitSocketMemory() }
        let joins = try cgroup.openJoins()
        defer { for join in joins { Descriptor.close(join) } }
        let pair = try SeqpacketSocket.pair()
        let clone = try Process.clone(Self.namespaces, cgroup: cgroup.unifiedDirectory)
        guard let clone else {
            Init.run(plan: plan, socket: pair.second.number, archive: archive, joins: joins)
        }
        self.number = number
        self.slot = slot
        self.cgroup = cgroup
        identity = plan.identity
        process = clone.process
        pidfd = Descriptor(owning: clone.pidfd)
        socket = pair.intoFirst()
        supervision = Supervision(openedAt: MonotonicClock.nanoseconds)
        isMade = true
        do throws(KernelError) {
            try mapUsers()
            try SeqpacketSocket.send(InitOrder.build.encoded(), on: socket.number)
        } catch {
            kill()
            reap()
            _ = cgroup.remove()
            throw error
        }
    }

    private func mapUsers() throws(KernelError) {
        let folder = try Descriptor.open("/proc/\(process)", flags: OpenFlags.folder)
        try writeText(identity.map, to: "uid_map", in: folder.number)
        try writeText(identity.map, to: "gid_map", in: folder.number)
    }

    /// - Throws: EBUSY where the jail already holds more memory than the stage may have.
    func start(_ request: StageRequest, pipes: [Int32]) throws(KernelError) {
        // First: on v2 a lower limit kills at once where v1 refuses it, and that is the stage's
        // end.
        supervision.start(
            request.limits,
            collects: !request.program.outputs.isEmpty,
            counters: counters,
            now: MonotonicClock.nanoseconds
        )
        do {
            try begin(request, pipes: pipes)
        } catch {
            supervision.abandonStage()
            throw error
        }
    }

    private func begin(_ request: StageRequest, pipes: [Int32]) throws(KernelError) {
        try cgroup.limit(memoryBytes: request.limits.memoryBytes)
        if processesMax != request.limits.processes {
            // One more for init, which is in the group as well.
            try cgroup.limit(processes: request.limits.processes + 1)
            processesMax = request.limits.processes
        }
        cgroup.forgetPeak()
        for pipe in pipes.prefix(3) {
            // So that the program can open /dev/stdout and its like.
            try Files.chown(pipe, uid: identity.programOutside, gid: identity.programOutside)
        }
        try SeqpacketSocket.send(
            InitOrder.run(request.limits, request.program).encoded(),
            descriptors: pipes,
            on: socket.number
        )
    }

    var counters: Supervision.Counters {
        Supervision.Counters(
            cpuMicroseconds: cgroup.cpuMicroseconds,
            memoryKills: cgroup.memoryKills,
            peakMemoryBytes: cgroup.peakMemoryBytes
        )
    }

    /// - Returns: `nil` where init is gone.
    func nextReport() throws(KernelError) -> InitReport? {
        guard
            let packet = try SeqpacketSocket.receive(
                on: socket.number,
                most: 1_024,
                descriptorsMost: 0
            )
        else { return nil }
        do {
            return try InitReport(decoding: packet.bytes)
        } catch {
            throw KernelError(.receive, errno: Errno.invalid)
        }
    }

    /// Ends the stage, not the jail.
    func killStage() {
        // A stage that stopped init from reading is ended with the jail, when the order is found to
        // be late.
        try? SeqpacketSocket.send(InitOrder.kill.encoded(), on: socket.number)
    }

    func kill() { Process.kill(pidfd: pidfd.number, signal: 9) }

    func reap() { _ = try? Process.reap(process, waiting: true) }
}
