internal import Kernel
internal import WardenProtocol

extension JailPlan {
    /// Bounds the System V objects of this process' IPC namespace.
    ///
    /// At the end of each process the kernel walks all semaphores of every set that the process
    /// has an undo for, and a worker of the kernel frees the messages that are left.
    ///
    /// On older kernels the machine's root may do so, on newer ones the root of the namespace's
    /// owner.
    /// - Returns: whether the bounds are set, or the plan has none.
    package func boundIPC() -> Bool {
        guard has(.ipcLimits), has(.ipcNamespace) else { return true }
        do throws(KernelError) {
            // Semaphores to a set, of all sets, operations to a call, and sets.
            try writeText("250 32000 100 128", to: "/proc/sys/kernel/sem", in: currentFolder)
            try writeText("32", to: "/proc/sys/kernel/msgmni", in: currentFolder)
            return true
        } catch {
            return false
        }
    }
}
