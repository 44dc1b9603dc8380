internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// One program of a jail as init sees it, from its start to its end.
final class StageRun {
    /// Its number; of a program that is parked, once it is resumed.
    private(set) var number: StageNumber
    /// Whether it leaves alone what else runs in the jail.
    let isConcurrent: Bool
    /// Whether its processes may still wait for init's answers.
    private(set) var mayCall = true
    /// Its first process, which leads a process group.
    let main: Int32
    private var program: Program
    private var outputs: Int32?
    private var calls: SupervisedCalls
    private var scriptLease: ScriptLease?
    private var openings: Int32?
    private var listener: Int32?
    /// Init's copies of those for the program's output: while they are there, no end of a pipe
    /// wakes anybody.
    private var outputPipes: ArraySlice<Int32>

    /// Once, because the listener hangs up while the program is ending.
    ///
    /// Closing it then would take the processor from that; it is closed when there is nothing more
    /// to wait for.
    private static let nextCall: Epoll.Interest = [.readable, .once]

    /// - Parameters:
    ///   - brought: its pipes are closed by this, when their time has come.
    ///   - scriptLease: where the program will wait for an order to resume.
    init(
        _ program: Program,
        _ order: StageOrder,
        _ brought: StageDescriptors,
        in jail: Init,
        bounds: EndBounds,
        scriptLease: consuming ScriptLease? = nil
    ) throws(KernelError) {
        let hearing = try SeqpacketSocket.pair()
        guard let main = try Process.fork() else {
            let stage = Stage(
                plan: jail.plan,
                limits: order.limits,
                program: program,
                pipes: brought.pipes,
                hearer: hearing.second.number
            )
            stage.become()
        }
        self.main = main
        self.program = program
        number = order.number
        isConcurrent = order.isConcurrent
        outputs = brought.outputs
        calls = SupervisedCalls(
            from: hearing.intoFirst(),
            bounds: bounds,
            identity: jail.plan.identity
        )
        openings = scriptLease?.openings.number
        self.scriptLease = scriptLease
        outputPipes = brought.pipes.dropFirst()
        for input in brought.pipes.prefix(1) { Descriptor.close(input) }
    }

    deinit { closePipes() }

    /// Gives up init's part of the stage's output.
    func closePipes() {
        for pipe in outputPipes { Descriptor.close(pipe) }
        outputPipes = []
        if let outputs { Descriptor.close(outputs) }
        outputs = nil
    }

    var isParked: Bool { scriptLease != nil }

    /// Lets a parked program go on.
    func resume(_ order: StageOrder, _ descriptors: [Int32], in jail: Init) throws(KernelError) {
        guard let place = scriptLease.take() else { return }
        openings = nil  // it is the lease's
        let brought = StageDescriptors(descriptors, hasPipes: false, order)
        program = try Init.read(order)
        outputs = brought.outputs
        number = order.number
        try Stage.setOwnLimits(order.limits, of: main, jail.plan)
        try place.resume(with: brought.archive)
    }

    func kill() {
        if isConcurrent { Process.killGroup(of: main) } else { Process.killAllOthers() }
    }

    /// Writes the output files, where any are asked for.
    /// - Returns: whether they are.
    func collect(in jail: Init) -> Bool {
        guard let outputs else { return false }
        Collecting.collect(program, into: outputs, beneath: jail.plan.has(.beneath))
        Descriptor.close(outputs)
        self.outputs = nil
        return true
    }

    func ended(_ process: ReapedProcess) -> EndedStage {
        EndedStage(
            stage: number,
            end: process.end,
            usage: process.usage,
            refusedCalls: calls.refused
        )
    }
}

// MARK: - What init waits for while it runs

extension StageRun {
    enum Event: UInt64 {
        /// The program is under its filter, or will never be.
        case filter
        /// A system call waits for init's answer.
        case call
        /// The program opens its script.
        case opening
    }

    func watch(in epoll: borrowing Epoll, token: (Event) -> UInt64) throws(KernelError) {
        try epoll.add(calls.number, .readable, token: token(.filter))
        if let openings { try epoll.add(openings, .readable, token: token(.opening)) }
    }

    /// - Returns: what the warden is told.
    func handle(
        _ event: Event,
        _ ready: Epoll.Interest,
        in epoll: borrowing Epoll,
        token: (Event) -> UInt64
    ) throws(KernelError) -> InitReport? {
        switch event {
        case .filter:
            epoll.remove(calls.number)
            guard let listener = try calls.takeListener() else {
                mayCall = false
                return nil
            }
            self.listener = listener
            try epoll.add(listener, Self.nextCall, token: token(.call))
        case .call where ready.contains(.readable):
            try calls.answer()
            if let listener { try epoll.update(listener, Self.nextCall, token: token(.call)) }
        case .call: mayCall = false  // nobody is left under the filter
        case .opening:
            if let openings { epoll.remove(openings) }  // the first is the one
            openings = nil
            return .parked
        }
        return nil
    }

    /// Stops watching; later events of the stage are of no interest.
    func forget(in epoll: borrowing Epoll) {
        for number in [calls.number, listener, openings].compactMap(\.self) {
            epoll.remove(number)
        }
    }
}

/// The descriptors of a stage's order, by their purpose.
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

    /// Ends a stage whose program could not be started, as a shell does.
    ///
    /// The archive is closed.
    func refuse(_ stage: StageOrder, _ program: Program, _ error: KernelError) -> EndedStage {
        Stage.explain(error, program, to: pipes[2])
        for number in pipes + [outputs].compactMap(\.self) { Descriptor.close(number) }
        return EndedStage(
            stage: stage.number,
            end: .exited(code: Stage.notExecutable),
            usage: ProcessUsage(cpuMicroseconds: 0, peakMemoryBytes: 0),
            refusedCalls: []
        )
    }
}
