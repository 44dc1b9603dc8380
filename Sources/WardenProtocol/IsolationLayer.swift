/// What a machine may lack if its operator says so by name: the warden refuses to start without it
/// otherwise.
public enum Dispensable: UInt8, CaseIterable, Sendable {
    /// Limits are then resource limits, and a watch on the tree of processes.
    case cgroup = 1
    /// The second wall around files.
    case landlock
}

/// One wall of a jail.
///
/// The catalog that the service seals leaves none of them out. A test's can, to show that an attack
/// is refused by the wall that it is said to be refused by: with that wall gone it must succeed.
/// The warden names each one that is missing in its first frame.
public enum IsolationLayer: UInt8, CaseIterable, Sendable {
    /// The system call filter.
    case systemCalls = 1
    case landlock
    /// A user of its own and no capabilities: without it, a program is user 0 of its namespace.
    case identity
    /// `hidepid`: a program sees its own processes, and not init.
    case hiddenProcesses
    /// Everything but the two work folders is read-only.
    case readOnlyRoot
    /// Only standard input, output and error reach a program.
    case descriptors
    /// Output files are looked for beneath the work folder, through no link.
    case beneath
    case ipcNamespace
    case networkNamespace
    case memoryLimit
    case processLimit
    /// Size and number of files in the work folders.
    case workspaceLimit
    /// The bounds of setrlimit(2).
    case resourceLimits
    /// Elapsed and processor time.
    case clock
    /// The bound on file locks, which make the end of a jail slow.
    case fileLocks
}
