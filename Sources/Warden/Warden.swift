// Target `Warden`: the privileged side outside a jail: the monitor, the warden, cgroups, user
// numbers, roots and supervision.
// Border: requests come only as frames over the socket; limits come from the sealed catalog; init's
// messages are not trusted.
// Only the warden's `main.swift` imports it. One thread, no Foundation, no `async`.

internal import JailInit
internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// The process that makes jails, watches them, and reports the ends of their programs.
///
/// It has one thread around epoll. It trusts no input from the control socket: a frame that does
/// not decode ends the warden, a request above the sealed ceilings is refused, and no request can
/// name a path. When the front is gone, the warden ends, and every jail with it.
struct Warden: ~Copyable {
    let startup: StartupResources
    private let epoll: Epoll
    private let outbox: Outbox
    /// The jails by the warden's own serials: the front's numbers are never trusted to be new.
    var jails: [UInt64: SupervisedJail] = [:]
    var serials: [JailNumber: UInt64] = [:]
    private var nextSerial: UInt64 = 1
    private var freeSlots: [Int]
    private var spareGroups = SpareGroups()
    private var spareNetworks = SpareNetworks()
    private var lingeringGroups: [JailCgroup] = []
    /// The pause before the next attempt to remove them; every failure doubles it.
    private var lingerNanoseconds = Self.lingerNanosecondsMin
    private let processors = UInt64(OwnProcess.processors)

    private static let controlToken: UInt64 = 0
    private static let requestsPerTurn = 64
    /// The idle time before a refill: after a verdict come an answer, and perhaps the next request.
    private static let quietMilliseconds: Int32 = 1
    private static let lingerNanosecondsMin: UInt64 = 2_000_000
    private static let lingerNanosecondsMax: UInt64 = 1_000_000_000

    /// Runs until the front closes the control socket.
    ///
    /// Returns the process's exit code.
    static func main(_ catalog: Result<CatalogImage, StartFailure>) -> Int32 {
        do {
            // Override the operator's mask: a jail's user must be able to enter its root and to
            // write to /dev/null. Every file is made with its final mode.
            Process.setFileCreationMask(0)
            try Files.setNonblocking(Inherited.control)
            var warden = Warden(startup: try StartupResources.find(catalog), epoll: try Epoll())
            return try warden.run()
        } catch let failure as StartFailure {
            let primitive = Primitive(name: failure.primitive, detail: failure.detail)
            try? SeqpacketSocket.send(Reply.unfit(primitive).encoded(), on: Inherited.control)
        } catch {
            try? writeAll(Array("quicksand-warden: \(error)\n".utf8), to: 2)
        }
        return 1
    }

    private init(startup: consuming StartupResources, epoll: consuming Epoll) {
        freeSlots = Array((0..<Int(startup.catalog.jails)).reversed())
        self.startup = startup
        self.epoll = epoll
        outbox = Outbox(socket: Inherited.control)
    }

    private mutating func run() throws(KernelError) -> Int32 {
        try epoll.add(Inherited.control, .readable, token: Self.controlToken)
        send(.ready(version: Protocol.version, primitives: startup.primitives))
        while true {
            guard try outbox.flush(epoll, token: Self.controlToken) else { return end() }
            let refillTime = millisecondsToRefill
            let events = try epoll.wait(milliseconds: refillTime ?? millisecondsToNextTick())
            if events.isEmpty, refillTime != nil { refillSpares() }
            for event in events where event.token != Self.controlToken {
                try handleJail(event)
            }
            if events.contains(where: { $0.token == Self.controlToken }) {
                guard try handleControl() else { return end() }
            }
            try tick()
            removeLingeringGroups()
        }
    }

    /// The idle time after which the warden makes a spare; `nil` forbids it for the moment.
    ///
    /// It is `nil` beside a jail that has the machine to itself: a child starts on the warden's
    /// processor, and would wait for the refill, whatever the other processors do. If there is work
    /// for all processors, a delay of the refill helps no jail, and the warden uses every moment.
    private var millisecondsToRefill: Int32? {
        guard spareGroups.isWanting || spareNetworks.isWanting else { return nil }
        let underWay = jails.values.count { $0.supervision.isUnderWay }
        if underWay == 0 { return Self.quietMilliseconds }
        return underWay >= processors ? 0 : nil
    }

    /// Makes one spare, before the warden checks for events again.
    private mutating func refillSpares() {
        if spareGroups.isWanting {
            spareGroups.refill(in: startup.cgroups)
        } else {
            spareNetworks.refill()
        }
    }

    /// Ends all jails and removes their folders: none outlives the warden.
    private mutating func end() -> Int32 {
        for record in jails.values {
            record.kill()
            record.reap()
            lingeringGroups.append(record.cgroup)
        }
        jails = [:]
        lingeringGroups += spareGroups.drain()
        // The kernel may need a moment after the last process; the warden waits at most a second.
        for _ in 0..<100 where !lingeringGroups.isEmpty {
            removeLingeringGroups()
            if !lingeringGroups.isEmpty { Epoll.pause(milliseconds: 10) }
        }
        return 0
    }

    func send(_ reply: Reply) { outbox.append(reply.encoded()) }
}

// MARK: - The front's requests

extension Warden {
    /// - Returns: `false` if the front is gone or has broken the protocol.
    private mutating func handleControl() throws(KernelError) -> Bool {
        // Bounded: a flooding front must not delay the check of deadlines.
        for _ in 0..<Self.requestsPerTurn {
            let packet: Packet?
            do throws(KernelError) {
                packet = try SeqpacketSocket.receive(
                    on: Inherited.control,
                    most: Protocol.frameBytesMax,
                    descriptorsMost: Protocol.descriptorsMax
                )
            } catch {
                return error.errno == Errno.again
            }
            guard let packet else { return false }
            let (bytes, numbers) = packet.taken()
            let descriptors = DescriptorList(owning: numbers)
            guard let request = try? Request(decoding: bytes),
                descriptors.count == request.descriptorCount
            else { return false }
            switch request {
            case .open(let open):
                guard serials[open.jail] == nil else { return false }
                if let refusal = self.open(open) {
                    send(.refused(open.jail, 0, refusal))
                    send(.closed(open.jail))
                }
            case .stage(let stage), .resume(let stage):
                take(request, of: stage.jail, stage.stage, within: stage.limits, descriptors)
            case .park(let park): take(request, of: park.jail, 0, within: park.limits, descriptors)
            case .kill(let jail, let stage): kill(stage, of: jail)
            case .close(let jail):
                // A close of a vanished jail is no error: the two messages crossed.
                if let serial = serials[jail] { destroy(serial) }
            }
        }
        return true
    }

    private mutating func open(_ request: OpenRequest) -> Refusal? {
        guard Int(request.runtime) < startup.catalog.runtimes.count else { return .unknownRuntime }
        let profile = Int(request.profile.rawValue)
        guard profile < startup.catalog.filters.count else { return .unknownProfile }
        if let refusal = aboveCeiling(request.limits, Limit.atOpening) { return refusal }
        guard let slot = freeSlots.popLast() else { return .tooManyJails }
        let plan = JailPlan(
            root: Roots.path(runtime: Int(request.runtime)),
            filter: startup.catalog.filters[profile],
            limits: request.limits,
            identity: startup.identities.identity(slot: slot),
            raisesLoopback: request.profile != .strict,
            landlockVersion: startup.landlockVersion,
            hasCgroup: startup.cgroups.isThere,
            absent: startup.catalog.absent
        )
        do {
            let serial = nextSerial
            nextSerial += 1
            let record = try SupervisedJail(
                number: request.jail,
                slot: slot,
                plan: plan,
                cgroup: spareGroups.take(from: startup.cgroups),
                network: plan.has(.networkNamespace)
                    ? spareNetworks.take(isUp: plan.raisesLoopback) : nil
            )
            if plan.has(.memoryLimit) {
                spareGroups.expect(memoryBytes: plan.limits.count(.memoryBytes))
            }
            try watch(record, serial)
            jails[serial] = record
            serials[request.jail] = serial
        } catch {
            freeSlots.append(slot)
            send(.broken(request.jail, Fault(site: error.call.rawValue, errno: error.errno)))
            send(.closed(request.jail))
        }
        return nil
    }

    private mutating func watch(_ record: SupervisedJail, _ serial: UInt64) throws(KernelError) {
        do {
            try epoll.add(record.socket.number, .readable, token: serial << 1)
            try epoll.add(record.pidfd.number, .readable, token: serial << 1 | 1)
        } catch {
            record.kill()
            record.reap()
            lingeringGroups.append(record.cgroup)
            throw error
        }
    }

    /// Refuses a limit above its ceiling, or of 0: unlimited for tmpfs, "not set" for a group.
    func aboveCeiling(_ asked: Limits, _ limits: [Limit]) -> Refusal? {
        let ceilings = startup.catalog.ceilings
        for limit in limits where asked[limit] > ceilings[limit] || asked[limit] <= 0 {
            return .aboveCeiling(limit, value: asked[limit], ceiling: ceilings[limit])
        }
        return nil
    }
}

// MARK: - The ends of the jails

extension Warden {
    private mutating func handleJail(_ event: Epoll.Event) throws(KernelError) {
        let serial = event.token >> 1
        guard let record = jails[serial] else { return }
        if event.token & 1 == 1 {
            initGone(serial, record)
        } else {
            do throws(KernelError) {
                guard let report = try record.nextReport() else {
                    epoll.remove(record.socket.number)  // its pidfd reports its end
                    return
                }
                handle(report, serial, record)
            } catch  where error.errno == Errno.again {
                return
            } catch {
                breakJail(serial, Fault(site: error.call.rawValue, errno: error.errno))
            }
        }
    }

    private mutating func handle(_ report: InitReport, _ serial: UInt64, _ record: SupervisedJail) {
        switch report {
        case .built:
            record.supervision.built()
            beginNext(serial)
        case .parked: parked(serial, record)
        case .ended(let stage):
            let counters = record.counters
            let judged = record.supervision.ended(
                stage,
                counters: counters,
                now: MonotonicClock.nanoseconds
            )
            if let judged {
                finished(record, judged)
            } else if record.supervision.isAhead {
                breakJail(serial, Fault(site: "the program ended before its script", errno: 0))
            }
        case .collected: collected(record)
        case .failed(let fault):
            breakJail(serial, fault)
        }
    }

    private func collected(_ record: SupervisedJail) {
        let (counters, now) = (record.counters, MonotonicClock.nanoseconds)
        if let judged = record.supervision.collected(counters: counters, now: now) {
            finished(record, judged)
        }
    }

    private func finished(_ record: SupervisedJail, _ stage: JudgedStage) {
        send(.finished(record.number, stage.number, stage.end))
    }

    private mutating func parked(_ serial: UInt64, _ record: SupervisedJail) {
        do throws(KernelError) {
            let milliseconds = try LeaseBreak.current.lifeMilliseconds
            let now = MonotonicClock.nanoseconds
            record.supervision.parked(until: now + UInt64(milliseconds) * 1_000_000)
            send(
                .parked(
                    record.number,
                    milliseconds: milliseconds,
                    memoryBytes: record.counters.peakMemoryBytes
                )
            )
            beginNext(serial)
        } catch {
            breakJail(serial, Fault(site: error.call.rawValue, errno: error.errno))
        }
    }

    /// The kernel ends a pid namespace with its init, and reports init gone when all of it is gone.
    private mutating func initGone(_ serial: UInt64, _ record: SupervisedJail) {
        let wasClosing = if case .closing = record.supervision.state { true } else { false }
        let now = MonotonicClock.nanoseconds
        let judged = record.supervision.initGone(counters: record.counters, now: now)
        for stage in judged { finished(record, stage) }
        if judged.isEmpty, !wasClosing {
            send(.broken(record.number, Fault(site: "init", errno: 0)))
        }
        record.reap()
        epoll.remove(record.socket.number)
        epoll.remove(record.pidfd.number)
        jails[serial] = nil
        serials[record.number] = nil
        freeSlots.append(record.slot)
        if !record.cgroup.remove() { lingeringGroups.append(record.cgroup) }
        send(.closed(record.number))
    }

    private mutating func tick() throws(KernelError) {
        let now = MonotonicClock.nanoseconds
        for (serial, record) in jails {
            switch record.tick(now: now, processors: processors) {
            case .nothing: break
            case .killStage(let stage): record.kill(stage)
            case .destroy: giveUp(serial, record)
            }
        }
    }

    /// Gives up an init that missed its deadline.
    ///
    /// A program that has its verdict, or was stopped for a limit, keeps that verdict: a slow death
    /// must not become the service's fault.
    private mutating func giveUp(_ serial: UInt64, _ record: SupervisedJail) {
        switch record.supervision.state {
        case .collecting:
            collected(record)
            destroy(serial)
        case .running, .sharing: record.kill()  // initGone then gives the verdict
        case .parked: destroy(serial)  // it was not needed
        case .idle:
            // Without a control group; nobody waits for a verdict.
            breakJail(serial, Fault(site: "the memory limit", errno: Errno.noMemory))
        case .booting, .building, .closing:
            breakJail(serial, Fault(site: "init missed its deadline", errno: 0))
        }
    }

    mutating func breakJail(_ serial: UInt64, _ fault: Fault) {
        guard let record = jails[serial] else { return }
        send(.broken(record.number, fault))
        destroy(serial)
    }

    private mutating func destroy(_ serial: UInt64) {
        guard let record = jails[serial] else { return }
        record.supervision.close()
        epoll.remove(record.socket.number)  // its further reports do not count
        record.kill()
    }

    private mutating func removeLingeringGroups() {
        guard !lingeringGroups.isEmpty else { return }
        lingeringGroups.removeAll { $0.remove() }
        let isDone = lingeringGroups.isEmpty
        lingerNanoseconds =
            isDone
            ? Self.lingerNanosecondsMin : min(lingerNanoseconds * 2, Self.lingerNanosecondsMax)
    }

    private func millisecondsToNextTick() -> Int32 {
        let now = MonotonicClock.nanoseconds
        var next: UInt64? = lingeringGroups.isEmpty ? nil : now + lingerNanoseconds
        for record in jails.values {
            let due = record.supervision.nextTick(
                now: now,
                cpuMicroseconds: { record.cpuMicroseconds },
                processors: processors
            )
            for due in [due, record.nextLook(now: now)].compactMap(\.self) {
                next = min(next ?? due, due)
            }
        }
        guard let next else { return -1 }
        return next <= now ? 0 : Int32(min((next - now + 999_999) / 1_000_000, 60_000))
    }
}
