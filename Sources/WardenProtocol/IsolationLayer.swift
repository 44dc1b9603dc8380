/// A feature that a machine may lack if its operator says so by name: otherwise the warden refuses
/// to start.
public enum Dispensable: UInt8, CaseIterable, Sendable {
    /// Control groups: without them, limits are resource limits, and a watch on the tree of
    /// processes.
    case cgroup = 1
    /// Landlock: the second barrier around files.
    case landlock
}

/// A layer of a jail's isolation.
///
/// The service's catalog leaves no layer out. A test's catalog can, to show that the named layer is
/// the one that refuses an attack: without that layer the attack must succeed. The warden names
/// each missing layer in its first frame.
public enum IsolationLayer: UInt8, CaseIterable, Sendable {
    /// The system call filter.
    case systemCalls = 1
    case landlock
    /// A user number of its own and no capabilities: without this layer, a program is user 0 of its
    /// namespace.
    case identity
    /// `hidepid`: a program sees its own processes, but not init.
    case hiddenProcesses
    /// Everything except the two work folders is read-only.
    case readOnlyRoot
    /// Only standard input, output and error reach a program.
    case descriptors
    /// Init looks for output files beneath the work folder, and follows no link.
    case beneath
    case ipcNamespace
    case networkNamespace
    case memoryLimit
    case processLimit
    /// The size and number of files in the work folders.
    case workspaceLimit
    /// The limits of setrlimit(2).
    case resourceLimits
    /// The limits of elapsed and processor time.
    case clock
    /// The bound on file locks, which make the end of a jail slow.
    case fileLocks
    /// The bound on what epoll instances watch, which makes the end of a jail slow.
    case epollWatches
    /// The bounds on System V queues and semaphores, whose end is slow.
    case ipcLimits
}
