internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// What a child of init does to become the program: give everything up, in an order in which each
/// step is still allowed.
struct Stage {
    let plan: JailPlan
    let limits: Limits
    let program: Program
    let pipes: [Int32]
    /// Where init hears of the filter's listener.
    let hearer: Int32

    /// What a shell answers for a program that cannot be started; the reason goes to its standard
    /// error.
    static let notExecutable: Int32 = 126
    private static let stackSlackBytes: UInt64 = 16 << 20
    /// Interpreters map far more than they use.
    private static let dataSlackBytes: UInt64 = 1 << 30
    private static let ordinaryStackBytes: UInt64 = 8 << 20

    func become() -> Never {
        do {
            try Process.newSession()  // no terminal, and a process group of its own
            try Signals.reset()
            try connectPipes()
            try plan.with(.resourceLimits, setResourceLimits)
            try plan.with(.identity, giveUpIdentity)
            try Credentials.forbidNewPrivileges()  // Landlock and the filter both ask for it
            try plan.with(.landlock, enterLandlock)
            try Mount.changeDirectory(Init.workFolder)
            Process.setFileCreationMask(0o022)
            try plan.with(.descriptors, closeInherited)
            try plan.with(.systemCalls, installFilter)  // last: it forbids most of the above
            try Files.execute(program.arguments, environment: program.environment)
        } catch {
            Self.explain(error, program, to: 2)
        }
        Process.exit(Self.notExecutable)
    }

    static func explain(_ error: KernelError, _ program: Program, to standardError: Int32) {
        let reason =
            "quicksand: \(program.arguments[0]): "
            + "\(error.call.rawValue) failed with errno \(error.errno)\n"
        try? writeAll(Array(reason.utf8), to: standardError)
    }

    private func connectPipes() throws(KernelError) {
        for number in Int32(0)..<3 { try Files.duplicate(pipes[Int(number)], onto: number) }
    }

    private func giveUpIdentity() throws(KernelError) {
        try Credentials.emptyBoundingSet()  // needs CAP_SETPCAP, which the next line loses
        if !plan.identity.isShared {
            try Credentials.become(uid: JailIdentity.programInside, gid: JailIdentity.programInside)
        }
        try Credentials.dropCapabilities()
    }

    /// The hearer closes by itself when the program is executed.
    private func closeInherited() throws(KernelError) {
        try Files.closeAll(from: 3, but: hearer)
    }

    private func installFilter() throws(KernelError) {
        let listener = try SystemCallFilter.install(plan.filter)
        try SupervisedCalls.send(listener, to: hearer)
    }

    private func setResourceLimits() throws(KernelError) {
        try ResourceLimit.coreBytes.set(0)
        try ResourceLimit.stackBytes.lower(to: stackBytes)
        try ResourceLimit.lockedBytes.set(64 << 10)
        try ResourceLimit.messageQueueBytes.set(0)
        try ResourceLimit.nice.set(0)
        try ResourceLimit.realtimePriority.set(0)
        try Self.setOwnLimits(limits, of: 0, plan)
        if !plan.hasCgroup { try setLimitsInsteadOfCgroup() }
    }

    /// A program whose stack may be as large as its memory meets the group's limit first, also with
    /// its last frame: judges expect deep recursion to be a memory verdict.
    private var stackBytes: UInt64 {
        let (stack, memory) = (limits.count(.stackBytes), limits.count(.memoryBytes))
        return stack < memory ? stack : max(stack, memory + Self.stackSlackBytes)
    }

    /// Those that every request says anew.
    ///
    /// - Parameter process: 0 is this one; of another, which was started ahead of its request, they
    ///    can only be lowered.
    static func setOwnLimits(
        _ limits: Limits,
        of process: Int32,
        _ plan: JailPlan
    ) throws(KernelError) {
        try ResourceLimit.fileBytes.set(limits.count(.fileBytes), of: process)
        try ResourceLimit.openFiles.set(limits.count(.openFiles), of: process)
        // The cgroup counts the jail as a whole; this stops a single process if the warden's clock
        // ever failed to.
        try ResourceLimit.cpuSeconds.set(limits.count(.cpuMilliseconds) / 1_000 + 2, of: process)
        if !plan.hasCgroup {
            // Since Linux 5.14 this is counted in each user namespace by itself, so in each jail.
            // Init is counted with the program where it is the same user.
            let own: UInt64 = plan.identity.isShared ? 1 : 0
            try ResourceLimit.processes.set(limits.count(.processes) + own, of: process)
        }
    }

    private func setLimitsInsteadOfCgroup() throws(KernelError) {
        // For what is faster than the watch on the process tree. A thread's stack counts as data in
        // its full size, so that has to be the ordinary one.
        try ResourceLimit.stackBytes.setAtMostHard(Self.ordinaryStackBytes)
        try ResourceLimit.dataBytes.set(limits.count(.memoryBytes) + Self.dataSlackBytes)
    }

    private func enterLandlock() throws(KernelError) {
        guard plan.landlockVersion > 0 else { return }
        let rules = try LandlockRules(version: plan.landlockVersion)
        try rules.allow(.readAndExecute, beneath: "/")
        try rules.allow(.readAndWrite, beneath: "/dev")
        try rules.allow(.everything, beneath: "/box")
        try rules.allow(.everything, beneath: "/tmp")
        try rules.enter()
    }
}
