internal import Kernel
internal import WardenWire

/// What a child of init does to become the program: give everything up, in an order in which each
/// step is still allowed.
struct Stage {
    let plan: JailPlan
    let limits: StageLimits
    let program: Program
    let pipes: [Int32]

    /// What a shell answers for a program that cannot be started; the reason goes to its standard
    /// error.
    private static let notExecutable: Int32 = 126
    private static let stackSlackBytes: UInt64 = 16 << 20

    func become() -> Never {
        do {
            try Process.newSession()  // no terminal, and a process group of its own
            try Signals.reset()
            try connectPipes()
            try setResourceLimits()
            try Credentials.emptyBoundingSet()  // needs CAP_SETPCAP, which the next line loses
            try Credentials.become(uid: JailIdentity.programInside, gid: JailIdentity.programInside)
            try Credentials.dropCapabilities()
            try Credentials.forbidNewPrivileges()  // Landlock and the filter both ask for it
            try enterLandlock()
            try Mount.changeDirectory("/box")
            Process.setFileCreationMask(0o022)
            try Files.closeAll(from: 3)
            try SystemCallFilter.install(plan.filter)  // last: it forbids most of the above
            try Files.execute(program.arguments, environment: program.environment)
        } catch {
            let reason =
                "quicksand: \(program.arguments[0]): "
                + "\(error.call.rawValue) failed with errno \(error.errno)\n"
            try? writeAll(Array(reason.utf8), to: 2)
        }
        Process.exit(Self.notExecutable)
    }

    private func connectPipes() throws(KernelError) {
        for number in Int32(0)..<3 { try Files.duplicate(pipes[Int(number)], onto: number) }
    }

    private func setResourceLimits() throws(KernelError) {
        try ResourceLimit.coreBytes.set(0)
        try ResourceLimit.fileBytes.set(limits.fileBytes)
        try ResourceLimit.openFiles.set(limits.openFiles)
        // A program may use all of its memory as stack: judges expect deep recursion to be a memory
        // verdict.
        // The slack is for its last frame: the group's limit must be what it meets first.
        try ResourceLimit.stackBytes.setAtMostHard(limits.memoryBytes + Self.stackSlackBytes)
        try ResourceLimit.lockedBytes.set(64 << 10)
        try ResourceLimit.messageQueueBytes.set(0)
        try ResourceLimit.nice.set(0)
        try ResourceLimit.realtimePriority.set(0)
        // The cgroup counts the jail as a whole; this stops a single process if the warden's clock
        // ever failed to.
        try ResourceLimit.cpuSeconds.set(limits.cpuMilliseconds / 1_000 + 2)
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
