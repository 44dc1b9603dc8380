internal import CLinux
internal import Glibc

/// Flags of a mount; the numbers are those of mount(2).
public struct MountFlags: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }

    public static let readOnly = MountFlags(rawValue: 0x1)
    public static let noSetUID = MountFlags(rawValue: 0x2)
    public static let noDevices = MountFlags(rawValue: 0x4)
    public static let noExecution = MountFlags(rawValue: 0x8)
    public static let recursive = MountFlags(rawValue: 0x4000)
    public static let isPrivate = MountFlags(rawValue: 0x4_0000)
}

public enum Mount {
    /// Mounts a new file system of `type` on `target`.
    public static func make(
        _ type: String,
        on target: String,
        flags: MountFlags,
        options: String = ""
    ) throws(KernelError) {
        try check(.mount) { unsafe linux_mount(type, target, type, flags.rawValue, options) }
    }

    /// Stops mount events between this namespace and the host's.
    public static func makeEverythingPrivate() throws(KernelError) {
        let flags: MountFlags = [.isPrivate, .recursive]
        try check(.mount) { unsafe linux_mount(nil, "/", nil, flags.rawValue, nil) }
    }

    /// Returns a detached copy of the tree of mounts at `path`.
    public static func copyTree(_ path: String) throws(KernelError) -> Descriptor {
        let clone: UInt32 = 1
        let recursive: UInt32 = 0x8000
        let closeOnExec = UInt32(O_CLOEXEC)
        return Descriptor(
            owning: try check(.openTree) {
                unsafe linux_open_tree(AT_FDCWD, path, clone | closeOnExec | recursive)
            }
        )
    }

    /// Attaches a detached tree at `target`.
    public static func attach(_ tree: Int32, on target: String) throws(KernelError) {
        try check(.moveMount) { unsafe linux_move_mount(tree, AT_FDCWD, target) }
    }

    /// Sets `flags` on a detached tree and all mounts below it.
    public static func restrict(
        _ tree: Int32,
        _ flags: MountFlags
    ) throws(KernelError) {
        try check(.mountAttributes) {
            linux_set_mount_attributes(tree, UInt64(flags.rawValue), 0, 1)
        }
    }

    /// Makes this one mount read-only; it may still hold devices.
    public static func restrictTop(_ mount: Int32) throws(KernelError) {
        try check(.mountAttributes) {
            linux_set_mount_attributes(mount, UInt64(MountFlags.readOnly.rawValue), 0, 0)
        }
    }

    /// Makes the current folder, a mount, the root; the old root disappears from this namespace.
    public static func enterCurrentFolderAsRoot() throws(KernelError) {
        // pivot_root(".", ".") stacks the old root over the new one; see pivot_root(2), NOTES.
        try check(.pivotRoot) { unsafe linux_pivot_root(".", ".") }
        try check(.umount) { unsafe linux_unmount(".", Int32(MNT_DETACH)) }
        try changeDirectory("/")
    }

    public static func changeDirectory(_ path: String) throws(KernelError) {
        try check(.chdir) {
            unsafe Glibc.chdir(path) < 0 ? -errno : 0
        }
    }

    public static func makeFolder(_ path: String, mode: UInt32 = 0o755) throws(KernelError) {
        try check(.mkdir) { unsafe linux_mkdir(AT_FDCWD, path, mode) }
    }

    public static func makeLink(_ path: String, to target: String) throws(KernelError) {
        try check(.symlink) {
            unsafe Glibc.symlink(target, path) < 0 ? -errno : 0
        }
    }

    public static func makeDevice(
        _ path: String,
        major: UInt32,
        minor: UInt32
    ) throws(KernelError) {
        try check(.mknod) { unsafe linux_mknod_character(path, 0o666, major, minor) }
    }
}
