// Target `JailInit`: the privileged side inside a jail: PID 1 builds the root, unpacks files,
// starts stages, reaps and reports.
// Border: it reads one jail's files and names, which a program may have chosen, so the warden
// trusts none of its reports except an end.
// Only `Warden` imports it. No Foundation, no `async`.

internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// The PID 1 of a jail: builds its root, runs its stages, and reports.
///
/// It runs in a clone of the warden, as user 0 of its own user namespace, which has no rights
/// outside. Stages run as another user and cannot signal, trace or read it. When it ends, the
/// kernel ends all processes that are left in the jail.
package struct Init {
    let plan: JailPlan
    let socket: Int32

    /// The final number of the only descriptor that init keeps, whatever its number in the warden.
    private static let keptSocket: Int32 = 3

    /// Runs init in the child right after `clone3`; never returns.
    package static func run(plan: JailPlan, socket: Int32, joins: [Int32]) -> Never {
        do {
            try joinCgroups(joins)
            try forgetInherited(but: socket)
            let jail = Init(plan: plan, socket: keptSocket)
            do {
                try jail.build()
                var loop = try StageLoop(in: jail)
                try jail.report(.built)
                try loop.run()
            } catch {
                try jail.report(.failed(Fault(site: error.call.rawValue, errno: error.errno)))
            }
        } catch {
            // Without its socket, init cannot report; the warden sees it end.
        }
        Process.exit(1)
    }

    private static func joinCgroups(_ joins: [Int32]) throws(KernelError) {
        for join in joins { try writeAll([UInt8(ascii: "0")], to: join) }
    }

    /// Closes all descriptors of the warden: its control socket and the other jails' descriptors.
    ///
    /// 0, 1 and 2 become `/dev/null`, the warden's standard input, so that no pipe of a stage ever
    /// gets their numbers here.
    private static func forgetInherited(but socket: Int32) throws(KernelError) {
        try Files.duplicate(0, onto: 1)
        try Files.duplicate(0, onto: 2)
        try Files.duplicate(socket, onto: keptSocket)
        try Files.closeAll(from: UInt32(keptSocket) + 1)
    }

    /// Builds the jail.
    ///
    /// The order is fixed: the map comes before the identity, the identity clears the death signal,
    /// and mounts need the rights of the identity.
    private func build() throws(KernelError) {
        guard case .build = try nextOrder()?.order else { Process.exit(0) }
        try Process.unshare(.cgroup)
        let isIPCBounded = plan.boundIPC()
        if !plan.identity.isShared {
            try Credentials.become(uid: JailIdentity.initInside, gid: JailIdentity.initInside)
        }
        if !isIPCBounded { _ = plan.boundIPC() }
        try Process.dieWithParent()
        try Files.setHostName("jail")
        try buildRoot()
        // The service's own score must not protect a program from the OOM killer. Without
        // CAP_SYS_RESOURCE a process can only raise its score, so a service above 0 keeps its jails
        // there.
        try? writeText("0", to: "/proc/self/oom_score_adj", in: currentFolder)
        if plan.raisesLoopback, plan.has(.networkNamespace) { try Files.raiseLoopback() }
    }

    private func buildRoot() throws(KernelError) {
        let tree = try Mount.copyTree(plan.root)
        try Mount.attach(tree.number, on: Self.attachPoint)
        try Mount.changeDirectory(Self.attachPoint)
        try Mount.make(
            "proc",
            on: "proc",
            flags: [.noSetUID, .noDevices, .noExecution],
            options: plan.has(.hiddenProcesses) ? "subset=pid,hidepid=invisible" : "subset=pid"
        )
        // tmpfs counts its root folder as a file. size=0 would be unlimited, but no ceiling permits
        // 0.
        var options = "uid=\(JailIdentity.programInside),gid=\(JailIdentity.programInside)"
        if plan.has(.workspaceLimit) {
            options += ",size=\(plan.limits.count(.workspaceBytes))"
            options += ",nr_inodes=\(plan.limits.count(.workspaceFiles) + 1)"
        }
        let flags: MountFlags = [.noSetUID, .noDevices]
        try Mount.make("tmpfs", on: "box", flags: flags, options: options + ",mode=0755")
        try Mount.make("tmpfs", on: "tmp", flags: flags, options: options + ",mode=1777")
        try Mount.enterCurrentFolderAsRoot()
    }

    static func read(_ stage: StageOrder) throws(KernelError) -> Program {
        do {
            return try Program(decoding: stage.program)
        } catch {
            throw KernelError(.receive, errno: Errno.invalid)
        }
    }

    static let workFolder = "/box"
    /// The path where init attaches its copy of the root, before the copy becomes the root; the
    /// warden makes it.
    package static let attachPoint = "/jail"

    func nextOrder() throws(KernelError) -> (order: InitOrder, descriptors: [Int32])? {
        guard
            let packet = try SeqpacketSocket.receive(
                on: socket,
                most: Protocol.frameBytesMax,
                descriptorsMost: Protocol.descriptorsMax
            )
        else { return nil }
        let (bytes, descriptors) = packet.taken()
        do {
            return (try InitOrder(decoding: bytes), descriptors)
        } catch {
            throw KernelError(.receive, errno: Errno.invalid)
        }
    }

    func report(_ report: InitReport) throws(KernelError) {
        try SeqpacketSocket.send(report.encoded(), on: socket)
    }
}
