internal import Kernel
internal import WardenProtocol

/// The start of a warden by an ordinary user: the warden becomes root of its own user namespace,
/// with that user as the only user.
///
/// The namespace's root makes jails with the same code as the machine's root, except for parts that
/// need a second user or the machine's own rights. ``weaknesses`` lists what is missing then.
enum OrdinaryUser {
    /// Enters the namespace.
    ///
    /// Call it before anything that needs a right.
    static func becomeRootOfOwnNamespace() throws(StartFailure) {
        let uid = OwnProcess.uid
        let gid = OwnProcess.gid
        do {
            try Process.unshare(.user)
            // Set it again: the new rights may have cleared it.
            try Process.dieWithParent()
            // Without this the kernel lets no ordinary user write a map of groups; see
            // user_namespaces(7).
            try writeText("deny", to: "/proc/self/setgroups", in: currentFolder)
            try writeText("0 \(uid) 1\n", to: "/proc/self/uid_map", in: currentFolder)
            try writeText("0 \(gid) 1\n", to: "/proc/self/gid_map", in: currentFolder)
        } catch {
            throw StartFailure("user namespace", error)
        }
    }

    static let weakness = Primitive(
        name: "user numbers",
        detail: "one for the service and every program: what the kernel counts per user is shared "
            + "by all jails, and a program keeps this user's groups",
        isWeaker: true
    )
}
