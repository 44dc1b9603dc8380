internal import CLinux
internal import Glibc

/// Small file operations relative to an open folder.
public enum Files {
    /// PIPEFS_MAGIC of linux/magic.h.
    private static let pipeFilesystem: Int64 = 0x5049_5045

    public enum Kind: Sendable { case regular, pipe, folder, other }

    /// Returns the kind of an open descriptor, and a regular file's size in bytes.
    public static func kind(of descriptor: Int32) -> (kind: Kind, size: Int64) {
        var size: Int64 = 0
        let kind: Kind =
            switch unsafe linux_file_mode(descriptor, &size) & 0o170000 {
            case 0o100000: .regular
            // A FIFO with a name is a file of another process, not a pipe.
            case 0o010000 where linux_filesystem_type(descriptor) == pipeFilesystem: .pipe
            case 0o040000: .folder
            default: .other
            }
        return (kind, size)
    }

    /// Returns the permission bits of an open file: the low twelve bits of its mode.
    public static func permissions(of descriptor: Int32) -> UInt32 {
        var size: Int64 = 0
        return UInt32(truncatingIfNeeded: unsafe linux_file_mode(descriptor, &size)) & 0o7777
    }

    /// The kind of the file that a path leads to; `nil` where there is none, and `other` where the
    /// kernel does not say.
    public static func kind(at path: String) -> Kind? {
        let mode = unsafe linux_path_mode(path)
        if mode == -Int64(Errno.noEntry) { return nil }
        guard mode >= 0 else { return .other }
        return switch mode & 0o170000 {
        case 0o100000: .regular
        case 0o010000: .pipe
        case 0o040000: .folder
        default: .other
        }
    }

    public static func makeFolder(
        _ path: String,
        in directory: Int32,
        mode: UInt32 = 0o755
    ) throws(KernelError) {
        try check(.mkdir) { unsafe linux_mkdir(directory, path, mode) }
    }

    public static func removeFolder(_ path: String, in directory: Int32) throws(KernelError) {
        try check(.rmdir) { unsafe linux_unlink(directory, path, 0x200) }  // AT_REMOVEDIR
    }

    public static func chown(_ descriptor: Int32, uid: UInt32, gid: UInt32) throws(KernelError) {
        try check(.chown) { linux_chown(descriptor, uid, gid) }
    }

    /// Takes the file's lock for as long as the descriptor is open.
    /// - Returns: whether the lock was free.
    public static func lock(_ descriptor: Int32) throws(KernelError) -> Bool {
        do {
            try check(.flock) { linux_flock(descriptor, LOCK_EX | LOCK_NB) }
            return true
        } catch  where error.errno == Errno.again {
            return false
        }
    }

    /// Returns whether a name in a folder stands for the open file.
    ///
    /// The file may have been removed since, and its name given to another file.
    public static func isNamed(_ name: String, in directory: Int32, _ descriptor: Int32) -> Bool {
        var opened = stat()
        var named = stat()
        guard unsafe fstat(descriptor, &opened) == 0,
            unsafe fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0
        else { return false }
        return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
    }

    /// Makes every other `open` of the file wait until this descriptor is closed, or until
    /// `/proc/sys/fs/lease-break-time` has passed since the first such `open`; see fcntl(2),
    /// Leases.
    ///
    /// The file must belong to the caller's file-system user, and be open nowhere else.
    public static func lease(_ descriptor: Int32) throws(KernelError) {
        try check(.lease) { linux_lease_for_writing(descriptor) }
    }

    /// Duplicates `from` to the number `onto`, open across exec.
    public static func duplicate(_ from: Int32, onto: Int32) throws(KernelError) {
        if from == onto {
            try check(.dup) { linux_set_flags(from, 0) }
        } else {
            try check(.dup) { linux_dup_onto(from, onto) }
        }
    }

    /// Returns a second descriptor of the same file, numbered `lowest` or above, close-on-exec.
    public static func duplicate(
        _ from: Int32,
        atOrAbove lowest: Int32
    ) throws(KernelError) -> Int32 {
        try check(.dup) { linux_dup_above(from, lowest) }
    }

    public static func closeAll(from first: UInt32) throws(KernelError) {
        try check(.closeRange) { linux_close_range(first, UInt32.max) }
    }

    /// Closes all descriptors from `first` on except one.
    public static func closeAll(from first: UInt32, but kept: Int32) throws(KernelError) {
        let kept = UInt32(kept)
        if kept > first { try check(.closeRange) { linux_close_range(first, kept - 1) } }
        try closeAll(from: max(first, kept + 1))
    }

    /// Gives a pipe room for so many bytes, where the caller may.
    public static func growPipe(_ descriptor: Int32, to bytes: Int32) {
        _ = linux_grow_pipe(descriptor, bytes)
    }

    /// Has the kernel move what is in a pipe to the null device, without waiting and without a
    /// copy.
    public static func dropPipe(_ descriptor: Int32, into sink: Int32, most: Int) {
        _ = linux_splice(descriptor, sink, most)
    }

    public static func setNonblocking(_ descriptor: Int32) throws(KernelError) {
        try check(.open) { linux_set_nonblocking(descriptor) }
    }

    /// Activates the loopback interface of this network namespace.
    public static func raiseLoopback() throws(KernelError) {
        try check(.loopback) { linux_loopback_up() }
    }

    public static func setHostName(_ name: String) throws(KernelError) {
        try check(.sethostname) {
            unsafe Glibc.sethostname(name, name.utf8.count) < 0 ? -errno : 0
        }
    }

    /// Replaces this process with a program; returns only after a failure.
    public static func execute(_ arguments: [String], environment: [String]) throws(KernelError) {
        var argv: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
        var envp: [UnsafeMutablePointer<CChar>?] = unsafe environment.map { unsafe strdup($0) }
        unsafe argv.append(nil)
        unsafe envp.append(nil)
        try check(.execve) { unsafe linux_execve(arguments[0], argv, envp) }
    }
}

/// The names in a folder.
public enum Folder {
    /// Returns the names in an open folder except `.` and `..`; unreadable names are left out.
    public static func names(in directory: Int32, most: Int = 100_000) -> [String] {
        // fdopendir takes over its descriptor, so it gets a copy.
        guard let copy = try? Descriptor.open(".", in: directory, flags: OpenFlags.folder) else {
            return []
        }
        let number = copy.release()
        guard let stream = unsafe fdopendir(number) else {
            Descriptor.close(number)
            return []
        }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while names.count < most, let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}

/// What `/proc/PID/stat` says of a process or thread.
public enum ProcessStatus {
    private static let exitingFlag: UInt64 = 0x4  // PF_EXITING of linux/sched.h

    /// Whether it is gone, waits to be reaped, or is on its way there.
    ///
    /// - Parameter folder: `/proc`, or `/proc/PID/task`.
    public static func isEnding(_ number: Int32, in folder: String) -> Bool {
        let fields = fields(of: number, in: folder)
        guard fields.count > 6, let flags = UInt64(fields[6]) else { return true }
        return fields[0] == "Z" || fields[0] == "X" || flags & exitingFlag != 0
    }

    /// The fields from the state on; none where they cannot be read.
    static func fields(of number: Int32, in folder: String = "/proc") -> [Substring] {
        guard let text = try? readText("\(folder)/\(number)/stat", in: currentFolder),
            // `pid (name) state ppid …`, where the name may hold anything.
            let end = text.lastIndex(of: ")")
        else { return [] }
        return text[text.index(after: end)...].split(separator: " ")
    }
}

/// This process, and whether another exists.
public enum OwnProcess {
    public static var number: Int32 { getpid() }
    public static var parent: Int32 { getppid() }
    /// The number of this process's pid namespace; 0 if /proc does not have it.
    public static var processNamespace: UInt64 {
        var status = Glibc.stat()
        return unsafe stat("/proc/self/ns/pid", &status) == 0 ? UInt64(status.st_ino) : 0
    }
    /// The process ids of this process, its parent and so on upwards, as far as this pid namespace
    /// goes.
    public static var ancestry: Set<Int32> {
        var found: Set<Int32> = []
        var next = number
        while next > 0, found.insert(next).inserted {
            let fields = ProcessStatus.fields(of: next)
            next = fields.count > 1 ? Int32(fields[1]) ?? 0 : 0
        }
        return found
    }

    public static var isRoot: Bool { geteuid() == 0 }
    public static var uid: UInt32 { geteuid() }
    public static var gid: UInt32 { getegid() }
    public static var pageBytes: Int { sysconf(Int32(_SC_PAGESIZE)) }
    /// The unit in which /proc counts processor time.
    public static var clockTicksPerSecond: Int { sysconf(Int32(_SC_CLK_TCK)) }

    /// Returns whether the process exists and runs; a zombie does not run.
    public static func exists(_ process: Int32) -> Bool {
        linux_kill(process, 0) != -Errno.noProcess
            && ProcessStatus.fields(of: process).first != "Z"
    }

    /// The number of processors that this process may use.
    public static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
