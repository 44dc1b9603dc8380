internal import Kernel
internal import WardenWire

/// PID 1 of a jail: builds its root, unpacks its files, runs its stages, and reports.
///
/// It runs in a clone of the warden, as user 0 of its own user namespace, which is nobody outside.
/// Stages run as another user and cannot signal, trace or read it. When it ends, the kernel ends
/// all that is left in the jail.
struct Init {
    let plan: JailPlan
    let socket: Int32
    let archive: Int32

    /// Where the two descriptors that it keeps end up, whatever numbers the warden had them at.
    private enum Kept {
        static let socket: Int32 = 3
        static let archive: Int32 = 4
    }

    /// Called in the child right after `clone3`; never returns.
    static func run(plan: JailPlan, socket: Int32, archive: Int32, joins: [Int32]) -> Never {
        do {
            try joinCgroups(joins)
            try forgetInherited(but: socket, archive)
            let jail = Init(plan: plan, socket: Kept.socket, archive: Kept.archive)
            do {
                try jail.build()
                try jail.report(.built)
                try jail.serve()
            } catch {
                try jail.report(.failed(Fault(site: error.call.rawValue, errno: error.errno)))
            }
        } catch {
            // Without its socket it can tell nobody; the warden sees it end.
        }
        Process.exit(1)
    }

    private static func joinCgroups(_ joins: [Int32]) throws(KernelError) {
        for join in joins { try writeAll([UInt8(ascii: "0")], to: join) }
    }

    /// Nothing of the warden's stays: not its control socket, not another jail's.
    ///
    /// 0, 1 and 2 become `/dev/null`, which the warden has as its standard input, so that no pipe
    /// of a stage ever takes their numbers here.
    private static func forgetInherited(but socket: Int32, _ archive: Int32) throws(KernelError) {
        try Files.duplicate(0, onto: 1)
        try Files.duplicate(0, onto: 2)
        // First above both places, so that neither is overwritten before it has moved.
        let socket = try Files.duplicate(socket, atOrAbove: Kept.archive + 1)
        let archive = try Files.duplicate(archive, atOrAbove: Kept.archive + 1)
        try Files.duplicate(socket, onto: Kept.socket)
        try Files.duplicate(archive, onto: Kept.archive)
        try Files.closeAll(from: UInt32(Kept.archive) + 1)
    }

    /// The order is forced: the map comes before the identity, the identity clears the death
    /// signal, mounts need the rights that the identity has, and files go in when the walls stand.
    private func build() throws(KernelError) {
        guard case .build = try nextOrder()?.order else { Process.exit(0) }
        try Process.unshare(.cgroup)
        try Credentials.become(uid: JailIdentity.initInside, gid: JailIdentity.initInside)
        try Process.dieWithParent()
        try Files.setHostName("jail")
        try buildRoot()
        // What the service's own is must not make a program harder to end. It can only be raised
        // without CAP_SYS_RESOURCE, so a service that is above 0 keeps its jails there.
        try? writeText("0", to: "/proc/self/oom_score_adj", in: currentFolder)
        if plan.raisesLoopback { try Files.raiseLoopback() }
        try Unpacking.unpack(archive, into: "/box")
        Descriptor.close(archive)
    }

    private func buildRoot() throws(KernelError) {
        let tree = try Mount.copyTree(Roots.path(runtime: plan.runtime))
        try Mount.attach(tree.number, on: Roots.attachPoint)
        try Mount.changeDirectory(Roots.attachPoint)
        try Mount.make(
            "proc",
            on: "proc",
            flags: [.noSetUID, .noDevices, .noExecution],
            options: "subset=pid,hidepid=invisible"
        )
        // tmpfs counts its root folder as a file; size=0 would be unlimited, and the ceilings have
        // no 0.
        let size = "size=\(plan.workspace.bytes),nr_inodes=\(plan.workspace.files + 1)"
        let owner = "uid=\(JailIdentity.programInside),gid=\(JailIdentity.programInside)"
        let flags: MountFlags = [.noSetUID, .noDevices]
        try Mount.make("tmpfs", on: "box", flags: flags, options: "\(size),\(owner),mode=0755")
        try Mount.make("tmpfs", on: "tmp", flags: flags, options: "\(size),\(owner),mode=1777")
        try Mount.enterCurrentFolderAsRoot()
    }

    /// One stage after another, until the warden closes the jail by killing it, or is gone.
    private func serve() throws(KernelError) {
        let children = try Signals.childDescriptor()
        while let (order, pipes) = try nextOrder() {
            guard case .run(let limits, let program) = order else { continue }
            let end = try runStage(limits, program, pipes: pipes, children: children.number)
            let collects = pipes.count > 3
            for pipe in pipes.prefix(3) { Descriptor.close(pipe) }
            try report(.ended(end))
            if collects {
                Collecting.collect(program, into: pipes[3])
                Descriptor.close(pipes[3])
                try report(.collected)
            }
        }
    }

    private func runStage(
        _ limits: StageLimits,
        _ program: Program,
        pipes: [Int32],
        children: Int32
    ) throws(KernelError) -> ProcessEnd {
        guard let main = try Process.fork() else {
            Stage(plan: plan, limits: limits, program: program, pipes: pipes).become()
        }
        let epoll = try Epoll()
        try epoll.add(socket, .readable, token: 0)
        try epoll.add(children, .readable, token: 1)
        var mainEnd: ProcessEnd?
        while mainEnd == nil {
            for event in try epoll.wait(milliseconds: -1) {
                if event.token == 0 {
                    // Any order while a stage runs is to end it; no order at all means that the
                    // warden is gone.
                    guard try nextOrder() != nil else { Process.exit(0) }
                    Process.killAllOthers()
                } else {
                    _ = try? read(from: children, most: 128)
                    // Orphans come to init; left unreaped they would use up the jail's processes.
                    while let reaped = try Process.reap(waiting: false) {
                        if reaped.process == main { mainEnd = reaped.end }
                    }
                }
            }
        }
        Process.killAllOthers()
        while try Process.reap(waiting: true) != nil {}
        return mainEnd ?? .signaled(9)
    }

    private func nextOrder() throws(KernelError) -> (order: InitOrder, pipes: [Int32])? {
        guard
            let packet = try SeqpacketSocket.receive(
                on: socket,
                most: Protocol.frameBytesMax,
                descriptorsMost: Protocol.descriptorsMax
            )
        else { return nil }
        let (bytes, pipes) = packet.taken()
        do {
            return (try InitOrder(decoding: bytes), pipes)
        } catch {
            throw KernelError(.receive, errno: Errno.invalid)
        }
    }

    private func report(_ report: InitReport) throws(KernelError) {
        try SeqpacketSocket.send(report.encoded(), on: socket)
    }
}

/// Everything about a jail that was decided before it was made.
struct JailPlan {
    let runtime: Int
    let filter: [UInt8]
    let workspace: WorkspaceLimits
    let identity: JailIdentity
    let raisesLoopback: Bool
    let landlockVersion: Int32
}
