internal import Vocabulary
internal import WardenProtocol

/// The bounds on what makes the end of a jail slow: work in the kernel, after SIGKILL and past
/// every clock.
struct EndBounds {
    let locks: FileLocks
    let watches: EpollWatches

    init(for plan: JailPlan) {
        locks = FileLocks(isBounded: plan.has(.fileLocks))
        watches = EpollWatches(isBounded: plan.has(.epollWatches))
    }

    /// A stage with these limits begins.
    ///
    /// A program that is parked has the limits of no stage yet.
    func adapt(to limits: Limits) { locks.adapt(to: limits) }

    /// No process of the program is left.
    func reset() {
        locks.reset()
        watches.reset()
    }
}
