internal import Kernel
internal import WardenProtocol

/// The warden started by an ordinary user: it becomes root of a user namespace of its own, in which
/// that user is the only one there is.
///
/// All that root does for jails is done by that namespace's root in the same words, but for what
/// needs a second user or the machine's own rights. ``weaknesses`` says what that costs.
enum OrdinaryUser {
    /// Must come before anything that takes a right.
    static func becomeRootOfOwnNamespace() throws(StartFailure) {
        let uid = OwnProcess.uid
        let gid = OwnProcess.gid
        do {
            try Process.unshare(.user)
            // Again, in case that new rights have cleared it.
            try Process.dieWithParent()
            // Without it the kernel lets no ordinary user write a map of groups; see
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
