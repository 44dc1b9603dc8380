internal import JailInit
internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// The warden's end of one jail: its init, its cgroup, and where its stages stand.
final class SupervisedJail {
    let number: JailNumber
    let slot: Int
    let cgroup: JailCgroup
    /// In place of the cgroup's counters, where there is none.
    let tree: ProcessTree?
    let socket: Descriptor
    let pidfd: Descriptor
    var supervision: Supervision
    /// Requests that came before the jail was ready for them, in order.
    private var waiting: [WaitingRequest] = []
    /// The program that was started ahead of its stage.
    private var ahead: ContentDigest?
    private let process: Int32
    private let plan: JailPlan
    /// The memory and process limits that the group has now.
    private var memoryBytesMax: UInt64 = 0
    private var processesMax: UInt64 = 0
    /// When the memory of its sockets is to be looked at again.
    private var nextSocketLook: UInt64 = 0
    private static let socketLookNanoseconds: UInt64 = 250_000_000

    /// Clones init into its cgroup and maps its users; init goes on alone from there.
    ///
    /// - Parameters:
    ///   - cgroup: this jail's from here on; removed where no jail comes to be.
    ///   - network: the same, where one was made ahead.
    init(
        number: JailNumber,
        slot: Int,
        plan: JailPlan,
        cgroup: JailCgroup,
        network: SpareNetwork?
    ) throws(KernelError) {
        var isMade = false
        defer { if !isMade { _ = cgroup.remove() } }
        try plan.with(.memoryLimit) { () throws(KernelError) in
            try cgroup.limit(memoryBytes: plan.limits.count(.memoryBytes))
        }
        if plan.raisesLoopback, plan.has(.memoryLimit) { cgroup.limitSocketMemory() }
        defer { cgroup.closeJoins() }
        let pair = try SeqpacketSocket.pair()
        let clone = try Self.clone(plan, cgroup, network, initSocket: pair.second.number)
        self.number = number
        self.slot = slot
        self.cgroup = cgroup
        self.plan = plan
        process = clone.process
        tree = plan.hasCgroup ? nil : ProcessTree(initProcess: clone.process)
        pidfd = Descriptor(owning: clone.pidfd)
        // An init that reads no orders must not keep the warden from its other jails.
        try Files.setNonblocking(pair.first.number)
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

    private static func clone(
        _ plan: JailPlan,
        _ cgroup: JailCgroup,
        _ network: SpareNetwork?,
        initSocket: Int32
    ) throws(KernelError) -> (process: Int32, pidfd: Int32) {
        var plan = plan
        var namespaces = plan.namespaces
        if network != nil {
            namespaces.remove(.network)
            plan.raisesLoopback = false  // as it should be already, and no more init's to change
        }
        func clone() throws(KernelError) -> (process: Int32, pidfd: Int32) {
            if let child = try Process.clone(namespaces, cgroup: cgroup.unifiedDirectory) {
                return child
            }
            Init.run(plan: plan, socket: initSocket, joins: cgroup.joins)
        }
        // The namespace of a jail without a root of its own has nobody who may set its bounds, so
        // the warden makes it. Afterwards nothing of the jail is left in the warden's.
        let makesIPC = plan.identity.isShared && namespaces.contains(.ipc)
        if makesIPC {
            namespaces.remove(.ipc)
            try Process.unshare(.ipc)
            _ = plan.boundIPC()
        }
        defer { if makesIPC { try? Process.unshare(.ipc) } }
        guard let network else { return try clone() }
        return try network.around(clone)
    }

    private func mapUsers() throws(KernelError) {
        let folder = try Descriptor.open("/proc/\(process)", flags: OpenFlags.folder)
        try writeText(plan.identity.map, to: "uid_map", in: folder.number)
        try writeText(plan.identity.map, to: "gid_map", in: folder.number)
    }

    /// - Throws: EBUSY where the jail already holds more memory than the stage may have.
    func start(_ request: StageRequest, descriptors: [Int32]) throws(KernelError) {
        let isShared = supervision.isShared
        startClock(request)
        do {
            try hold(to: request.limits, isShared: isShared)
            try lend(descriptors.prefix(3))
            try order(.run(StageOrder(request)), descriptors)
        } catch {
            supervision.abandon(request.stage)
            throw error
        }
    }

    /// Starts a program ahead of its stage.
    ///
    /// - Parameters:
    ///   - ceilings: what its process is held to until its stage says less; of a process that runs,
    ///     limits can only be lowered.
    ///   - leaseMilliseconds: how long the kernel makes it wait at its script.
    func park(
        _ request: ParkRequest,
        ceilings: Limits,
        leaseMilliseconds: UInt64,
        descriptors: [Int32]
    ) throws(KernelError) {
        supervision.boot(now: MonotonicClock.nanoseconds)
        ahead = request.program.command
        try hold(to: request.limits)
        try lend(descriptors[...])
        let limits = Limits { limit in
            limit.definition.isFixedAtStart ? request.limits[limit] : ceilings[limit]
        }
        let stage = StageOrder(
            number: 0,
            limits: limits,
            program: request.program.bytes,
            bringsFiles: false
        )
        try order(.park(stage, leaseMilliseconds: leaseMilliseconds), descriptors)
    }

    /// The stage of the program that is parked.
    func resume(_ request: StageRequest, descriptors: [Int32]) throws(KernelError) {
        startClock(request)
        try hold(to: request.limits)
        try order(.resume(StageOrder(request)), descriptors)
    }

    /// First: on v2 a lower limit kills at once where v1 refuses it, and that is the stage's end.
    private func startClock(_ request: StageRequest) {
        nextSocketLook = MonotonicClock.nanoseconds + Self.socketLookNanoseconds
        supervision.start(
            RunningStage(
                request.stage,
                plan.has(.clock) ? request.limits : request.limits.withoutClock,
                collects: request.program.collects,
                isConcurrent: request.isConcurrent,
                counters: counters,
                now: MonotonicClock.nanoseconds
            )
        )
    }

    /// - Parameter isShared: whether processes of earlier concurrent stages may run: all of them
    ///    together are held to the most that one of these stages may have.
    private func hold(to limits: Limits, isShared: Bool = false) throws(KernelError) {
        let memoryBytes = max(limits.count(.memoryBytes), isShared ? memoryBytesMax : 0)
        if plan.has(.memoryLimit) { try cgroup.limit(memoryBytes: memoryBytes) }
        memoryBytesMax = memoryBytes
        let processes = max(limits.count(.processes), isShared ? processesMax : 0)
        if plan.has(.processLimit), processesMax != processes {
            // One more for init, which is in the group as well.
            try cgroup.limit(processes: processes + 1)
            processesMax = processes
        }
        if isShared { return }
        cgroup.forgetPeak()
        tree?.forgetPeak()
    }

    /// So that the program can open /dev/stdout and its like.
    private func lend(_ pipes: ArraySlice<Int32>) throws(KernelError) {
        guard let owner = plan.identity.programOutside else { return }
        for pipe in pipes { try Files.chown(pipe, uid: owner, gid: owner) }
    }

    private func order(_ order: InitOrder, _ descriptors: [Int32]) throws(KernelError) {
        try SeqpacketSocket.send(order.encoded(), descriptors: descriptors, on: socket.number)
    }

    var counters: Supervision.Counters {
        if let tree {
            tree.look()
            return Supervision.Counters(
                cpuMicroseconds: tree.cpuMicroseconds,
                memoryKills: 0,
                peakMemoryBytes: tree.peakMemoryBytes
            )
        }
        return Supervision.Counters(
            cpuMicroseconds: cgroup.cpuMicroseconds,
            memoryKills: cgroup.memoryKills,
            peakMemoryBytes: cgroup.peakMemoryBytes
        )
    }

    var cpuMicroseconds: UInt64 { tree?.cpuMicroseconds ?? cgroup.cpuMicroseconds }

    /// When the process tree, or the memory of sockets, is to be looked at again.
    func nextLook(now: UInt64) -> UInt64? {
        guard mayUseMemory else { return nil }
        if tree != nil { return now + ProcessTree.lookNanoseconds }
        return cgroup.limitsSocketMemory ? nextSocketLook : nil
    }

    private var mayUseMemory: Bool {
        switch supervision.state {
        case .running, .sharing: true
        case .idle: supervision.isShared
        case .building, .booting, .parked, .collecting, .closing: false
        }
    }

    /// Whether the jail holds memory above its limit that no kernel holds it to.
    private func exceedsMemory(now: UInt64) -> Bool {
        guard mayUseMemory, plan.has(.memoryLimit) else { return false }
        if let tree {
            tree.look()
            return tree.memoryBytes > memoryBytesMax
        }
        guard cgroup.limitsSocketMemory, now >= nextSocketLook else { return false }
        nextSocketLook = now + Self.socketLookNanoseconds
        return cgroup.exceedsSocketMemory
    }

    /// The action that is due now.
    func tick(now: UInt64, processors: UInt64) -> Supervision.Action {
        if exceedsMemory(now: now) {
            let action = supervision.memoryExceeded(now: now)
            if action != .nothing { return action }
        }
        return supervision.tick(now: now, processors: processors) { cpuMicroseconds }
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
    func kill(_ stage: StageNumber) {
        // A stage that stopped init from reading is ended with the jail, when the order is found to
        // be late.
        try? SeqpacketSocket.send(InitOrder.kill(stage).encoded(), on: socket.number)
    }

    func kill() { Process.kill(pidfd: pidfd.number, signal: 9) }

    func reap() { _ = try? Process.reap(process, waiting: true) }
}

// MARK: - What is asked for early

/// A request and its descriptors, until the jail is ready for it.
final class WaitingRequest {
    let request: Request
    let descriptors: DescriptorList

    init(_ request: Request, _ descriptors: consuming DescriptorList) {
        self.request = request
        self.descriptors = descriptors
    }

    var concurrentStage: StageNumber? {
        guard case .stage(let stage) = request, stage.isConcurrent else { return nil }
        return stage.stage
    }
}

extension SupervisedJail {
    /// Whether the request is one that the jail can do, now or when what was asked for before it is
    /// done.
    func accepts(_ request: Request) -> Bool {
        switch request {
        case .stage(let stage) where stage.isConcurrent: return accepts(concurrent: stage.stage)
        case .stage, .park:
            switch supervision.state {
            // What a concurrent stage left would be judged as theirs.
            case .building, .idle: return waiting.isEmpty && !supervision.isShared
            case .booting, .parked, .running, .collecting, .sharing, .closing: return false
            }
        case .resume(let stage):
            switch (supervision.state, waiting.last?.request) {
            case (.building, .park(let park)):
                return stage.program.command == park.program.command
            case (.booting, nil), (.parked, nil): return stage.program.command == ahead
            default: return false
            }
        case .open, .kill, .close: return false
        }
    }

    private func accepts(concurrent number: StageNumber) -> Bool {
        let early = waiting.compactMap(\.concurrentStage)
        switch supervision.state {
        case .building, .idle, .sharing:
            return early.count == waiting.count && !early.contains(number)
                && supervision.concurrent[number] == nil
                && early.count + supervision.concurrent.count < StageRequest.concurrentMax
        case .booting, .parked, .running, .collecting, .closing: return false
        }
    }

    func wait(_ request: WaitingRequest) { waiting.append(request) }

    /// - Returns: whether the concurrent stage was waiting; it is not begun then.
    func withdraw(_ stage: StageNumber) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.concurrentStage == stage }) else {
            return false
        }
        waiting.remove(at: index)
        return true
    }

    /// The next request that the jail is ready for.
    func nextWaiting() -> WaitingRequest? {
        guard let next = waiting.first else { return nil }
        switch (next.request, supervision.state) {
        case (.resume, .parked), (.stage, .idle), (.park, .idle): return waiting.removeFirst()
        case (.stage(let stage), .sharing) where stage.isConcurrent: return waiting.removeFirst()
        default: return nil
        }
    }
}

extension StageOrder {
    fileprivate init(_ request: StageRequest) {
        self.init(
            number: request.stage,
            limits: request.limits,
            program: request.program.bytes,
            bringsFiles: request.bringsFiles,
            isConcurrent: request.isConcurrent
        )
    }
}

extension Limits {
    /// Far away, not endless: what a test forgets must end all the same.
    fileprivate var withoutClock: Limits {
        var limits = self
        limits[.wallMilliseconds] = 60_000
        limits[.cpuMilliseconds] = 60_000
        return limits
    }
}
