internal import Kernel
internal import WardenProtocol

/// Init's loop after the jail is built: it obeys orders, reaps children and reports.
struct StageLoop: ~Copyable {
    private let jail: Init
    private let epoll: Epoll
    /// Readable when a child has ended.
    private let children: Descriptor
    /// By a serial of its own, which no two ever share: an event may be older than its stage's end.
    private var runs: [UInt64: StageRun] = [:]
    /// Concurrent stages that have ended, and left processes whose calls init still answers.
    private var left: [UInt64: StageRun] = [:]
    private var lastSerial: UInt64 = 0
    private let bounds: EndBounds
    /// The stage that ended last, kept until the next order.
    ///
    /// To close what belongs to it takes longer than to report how it ended, and an answer waits
    /// for the report.
    private var past: StageRun?
    /// Whether children may have ended that have not been reaped.
    private var mayHaveEnded = false

    /// Orders are read after so many, however fast a program makes orphans.
    private static let reapsMax = 64
    private static let orderToken: UInt64 = 0
    private static let childrenToken: UInt64 = 1

    private static func token(_ serial: UInt64, _ event: StageRun.Event) -> UInt64 {
        serial << 2 | event.rawValue
    }

    init(in jail: Init) throws(KernelError) {
        let epoll = try Epoll()
        let children = try Signals.childDescriptor()
        try epoll.add(jail.socket, .readable, token: Self.orderToken)
        try epoll.add(children.number, .readable, token: Self.childrenToken)
        self.jail = jail
        self.epoll = epoll
        self.children = children
        bounds = EndBounds(for: jail.plan)
    }

    /// Until the warden closes the jail by killing it, or is gone.
    mutating func run() throws(KernelError) {
        while true {
            for event in try epoll.wait(milliseconds: mayHaveEnded ? 0 : -1) {
                switch event.token {
                case Self.orderToken: try obey()
                case Self.childrenToken:
                    _ = try? read(from: children.number, most: 128)
                    mayHaveEnded = true
                default: try handle(event)
                }
            }
            if mayHaveEnded { try reapChildren() }
        }
    }

    private mutating func obey() throws(KernelError) {
        // No order at all means that the warden is gone.
        guard let (order, descriptors) = try jail.nextOrder() else { Process.exit(0) }
        past = nil
        switch order {
        case .run(let stage): try run(stage, descriptors)
        case .park(let stage, let leaseMilliseconds):
            let program = try Init.read(stage)
            let brought = StageDescriptors(descriptors, hasPipes: true, stage)
            let scriptLease = try ScriptLease(
                program.script ?? "",
                in: Init.workFolder,
                leaseMilliseconds: leaseMilliseconds
            )
            let run = try StageRun(
                program,
                stage,
                brought,
                in: jail,
                bounds: bounds,
                scriptLease: scriptLease
            )
            try begin(run)
        case .resume(let stage):
            guard let run = runs.values.first(where: \.isParked) else { fallthrough }
            bounds.adapt(to: stage.limits)
            try run.resume(stage, descriptors, in: jail)
        case .build:
            for number in descriptors { Descriptor.close(number) }  // too late
        case .kill(let stage): runs.values.first { $0.number == stage }?.kill()
        }
    }

    private mutating func run(
        _ stage: StageOrder,
        _ descriptors: [Int32]
    ) throws(KernelError) {
        bounds.adapt(to: stage.limits)
        let program = try Init.read(stage)
        let brought = StageDescriptors(descriptors, hasPipes: true, stage)
        let run: StageRun
        do throws(KernelError) {
            try Unpacking.unpack(brought.archive, into: Init.workFolder)
            run = try StageRun(program, stage, brought, in: jail, bounds: bounds)
        } catch {
            // The programs beside it may have used up the processes, or made a file of that name:
            // they go on. A stage that is alone has nothing to spare, and its jail ends.
            guard stage.isConcurrent else { throw error }
            return try jail.report(.ended(brought.refuse(stage, program, error)))
        }
        try begin(run)
    }

    private mutating func begin(_ run: StageRun) throws(KernelError) {
        lastSerial += 1
        let serial = lastSerial
        runs[serial] = run
        try run.watch(in: epoll) { Self.token(serial, $0) }
    }

    private mutating func handle(_ event: Epoll.Event) throws(KernelError) {
        let serial = event.token >> 2
        guard let run = runs[serial] ?? left[serial],
            let kind = StageRun.Event(rawValue: event.token & 3)
        else { return }
        let report = try run.handle(kind, event.ready, in: epoll) { Self.token(serial, $0) }
        if let report { try jail.report(report) }
        if !run.mayCall, left.removeValue(forKey: serial) != nil { run.forget(in: epoll) }
    }

    /// Orphans come to init; left unreaped they would use up the jail's processes.
    private mutating func reapChildren() throws(KernelError) {
        for _ in 0..<Self.reapsMax {
            guard let process = try Process.reap(waiting: false) else {
                mayHaveEnded = false
                return
            }
            if let (serial, run) = runs.first(where: { $0.value.main == process.process }) {
                try finish(serial, run, process)
            }
        }
    }

    private mutating func finish(
        _ serial: UInt64,
        _ run: StageRun,
        _ process: ReapedProcess
    ) throws(KernelError) {
        runs[serial] = nil
        if !run.isConcurrent {
            Process.killAllOthers()
            while try Process.reap(waiting: true) != nil {}
            bounds.reset()
        }
        try jail.report(.ended(run.ended(process)))
        if run.isConcurrent, run.mayCall {
            run.closePipes()
            left[serial] = run
            return
        }
        run.forget(in: epoll)
        guard !run.isConcurrent else { return }
        past = run
        if run.collect(in: jail) { try jail.report(.collected) }
    }
}
