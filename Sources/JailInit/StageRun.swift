internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// One program of a jail as init sees it, from its start until nothing of it is left.
///
/// Init keeps it until its next order: to close what belongs to it takes longer than to report how
/// it ended, and an answer waits for the report.
struct StageRun: ~Copyable {
    private let jail: Init
    private let main: Int32
    private var refusedCalls: RefusedCalls
    private let epoll: Epoll
    /// Init's copies of those for the program's output: while they are there, no end of a pipe
    /// wakes anybody.
    private let outputPipes: ArraySlice<Int32>

    /// Once, because the listener hangs up while the program is ending.
    ///
    /// Closing it then would take the processor from that; it is closed when there is nothing more
    /// to wait for.
    private static let nextCall: Epoll.Interest = [.readable, .once]

    /// What init waits for while a stage runs.
    private enum Event: UInt64 {
        case order, children, listener, refusedCall, opening
    }

    /// - Parameter pipes: closed by this, when their time has come.
    init(
        _ program: Program,
        _ limits: Limits,
        in jail: Init,
        pipes: [Int32]
    ) throws(KernelError) {
        let epoll = try Epoll()
        let hearing = try SeqpacketSocket.pair()
        guard let main = try Process.fork() else {
            let stage = Stage(
                plan: jail.plan,
                limits: limits,
                program: program,
                pipes: pipes,
                hearer: hearing.second.number
            )
            stage.become()
        }
        self.jail = jail
        self.main = main
        refusedCalls = RefusedCalls(from: hearing.intoFirst())
        self.epoll = epoll
        outputPipes = pipes.dropFirst()
        for input in pipes.prefix(1) { Descriptor.close(input) }
    }

    deinit { for pipe in outputPipes { Descriptor.close(pipe) } }

    /// Sees the program to its end, and reports that.
    ///
    /// - Parameters:
    ///   - children: readable when a child has ended.
    ///   - scriptLease: where the program will wait for an order to resume.
    /// - Returns: of a program that was parked, what it was let go on with.
    mutating func watch(
        _ children: borrowing Descriptor,
        resuming scriptLease: consuming ScriptLease?
    ) throws(KernelError) -> (brought: StageDescriptors, program: Program)? {
        try epoll.add(jail.socket, .readable, token: Event.order.rawValue)
        try epoll.add(children.number, .readable, token: Event.children.rawValue)
        try epoll.add(refusedCalls.number, .readable, token: Event.listener.rawValue)
        let openings = scriptLease?.openings.number
        if let openings { try epoll.add(openings, .readable, token: Event.opening.rawValue) }
        var scriptLease = scriptLease
        var end: ProcessEnd?
        var resumed: (brought: StageDescriptors, program: Program)?
        while end == nil {
            for event in try epoll.wait(milliseconds: -1) {
                switch Event(rawValue: event.token) {
                case .order:
                    // No order at all means that the warden is gone.
                    guard let (order, numbers) = try jail.nextOrder() else { Process.exit(0) }
                    guard case .resume(let stage) = order, let place = scriptLease.take() else {
                        Process.killAllOthers()  // whatever else it is told is to end it
                        continue
                    }
                    let program = try Init.read(stage)
                    let brought = StageDescriptors(numbers, hasPipes: false, stage)
                    try Stage.setOwnLimits(stage.limits, of: main, jail.plan)
                    try place.resume(with: brought.archive)
                    resumed = (brought, program)
                case .opening:
                    if let openings { epoll.remove(openings) }  // the first is the one
                    try jail.report(.parked)
                case .listener:
                    epoll.remove(refusedCalls.number)
                    guard let listener = try refusedCalls.takeListener() else { continue }
                    try epoll.add(listener, Self.nextCall, token: Event.refusedCall.rawValue)
                case .refusedCall where event.ready.contains(.readable):
                    guard let listener = try refusedCalls.answer() else { continue }
                    try epoll.update(listener, Self.nextCall, token: Event.refusedCall.rawValue)
                case .refusedCall: break  // nobody is left under the filter
                case .children, nil: end = try reapChildren(from: children.number) ?? end
                }
            }
        }
        Process.killAllOthers()
        while try Process.reap(waiting: true) != nil {}
        try jail.report(.ended(end ?? .signaled(9), refusedCalls: refusedCalls.numbers))
        return resumed
    }

    /// Orphans come to init; left unreaped they would use up the jail's processes.
    /// - Returns: how the main process ended, if it has.
    private func reapChildren(from children: Int32) throws(KernelError) -> ProcessEnd? {
        _ = try? read(from: children, most: 128)
        var end: ProcessEnd?
        while let reaped = try Process.reap(waiting: false) {
            if reaped.process == main { end = reaped.end }
        }
        return end
    }
}

/// What came with a stage's order, by what it is for.
struct StageDescriptors {
    let pipes: [Int32]
    let archive: Int32?
    let outputs: Int32?

    init(_ numbers: [Int32], hasPipes: Bool, _ stage: StageOrder) {
        let pipeCount = hasPipes ? 3 : 0
        var rest = numbers.dropFirst(pipeCount)
        pipes = Array(numbers.prefix(pipeCount))
        archive = stage.bringsFiles ? rest.popFirst() : nil
        outputs = rest.popFirst()
    }
}
