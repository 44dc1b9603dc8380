internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// The process that the front starts: keeps a warden running for as long as the front exists.
///
/// The front has given root up by the time a warden dies and could not start another; this process
/// keeps root for nothing else. It has one thread, no jail, and no input to trust: it reads no byte
/// of descriptor 3, and only sees its end. For every warden it makes a control socket, forks, and
/// sends the other end to the front. The catalog was checked and decoded once; each warden inherits
/// it.
///
/// When the front is gone, the monitor ends and the warden with it. When the monitor is killed, the
/// warden and every jail die with it, and the front sees the end of descriptor 3.
public struct Monitor: ~Copyable {
    private let catalog: Result<CatalogImage, StartFailure>
    private let epoll: Epoll
    private var backoff = RestartBackoff()

    private static let linkToken: UInt64 = 0
    private static let wardenToken: UInt64 = 1
    /// The time for a warden whose front is gone to kill its jails and end.
    private static let endMilliseconds: Int32 = 10_000
    /// The longest wait for a killed warden's jails and groups to go before the next warden.
    private static let clearingMilliseconds: Int32 = 2_000

    /// Runs until the front closes the link.
    ///
    /// Returns the process's exit code.
    public static func main() -> Int32 {
        do {
            Signals.ignoreTermination()
            // A killed warden's jails become children of the monitor, also if the machine's init
            // reaps nothing.
            try Process.adoptOrphans()
            // The warden reports a faulty catalog, as it reports every other failure.
            let catalog = Result { () throws(StartFailure) in try StartupResources.readCatalog() }
            var monitor = Monitor(catalog: catalog, epoll: try Epoll())
            try monitor.run()
            return 0
        } catch {
            try? writeAll(Array("quicksand-warden: monitor: \(error)\n".utf8), to: 2)
            return 1
        }
    }

    private init(catalog: Result<CatalogImage, StartFailure>, epoll: consuming Epoll) {
        self.catalog = catalog
        self.epoll = epoll
    }

    private mutating func run() throws(KernelError) {
        // Watch only for the end, which is always reported.
        try epoll.add(Inherited.control, [], token: Self.linkToken)
        while true {
            let start = MonotonicClock.nanoseconds
            let warden = try startWarden()
            let frontIsGone = try awaitEnd(ofWarden: warden.pidfd)
            Descriptor.close(warden.pidfd)
            clear(warden.process)
            if frontIsGone { return }
            let pause = backoff.pause(afterLiving: MonotonicClock.nanoseconds - start)
            if try !epoll.wait(milliseconds: Int32(pause)).isEmpty { return }
        }
    }

    private func startWarden() throws(KernelError) -> (process: Int32, pidfd: Int32) {
        let pair = try SeqpacketSocket.pair()
        guard let clone = try Process.clone([]) else {
            Self.becomeWarden(pair.first.number, catalog)
        }
        // A send to a vanished front fails; the next event is the front's end.
        try? SeqpacketSocket.send(
            Handover(warden: clone.process).encoded(),
            descriptors: [pair.second.number],
            on: Inherited.control
        )
        return clone
    }

    /// Runs the warden in the child, which keeps only the catalog of the monitor's resources.
    private static func becomeWarden(
        _ control: Int32,
        _ catalog: Result<CatalogImage, StartFailure>
    ) -> Never {
        do {
            try Process.dieWithParent()
            try Files.duplicate(control, onto: Inherited.control)
            try Files.closeAll(from: UInt32(Inherited.control) + 1)
        } catch {
            Process.exit(1)
        }
        // If the monitor died before `dieWithParent`, the socket's end shows it.
        Process.exit(Warden.main(catalog))
    }

    /// - Returns: whether the front is gone; the warden is gone in any case.
    private func awaitEnd(ofWarden pidfd: Int32) throws(KernelError) -> Bool {
        try epoll.add(pidfd, .readable, token: Self.wardenToken)
        defer { epoll.remove(pidfd) }
        while true {
            let events = try epoll.wait(milliseconds: -1)
            if events.contains(where: { $0.token == Self.linkToken }) { break }
            if !events.isEmpty { return false }
        }
        epoll.remove(Inherited.control)
        let deadline = MonotonicClock.nanoseconds + UInt64(Self.endMilliseconds) * 1_000_000
        while try epoll.wait(milliseconds: Self.endMilliseconds).isEmpty {
            if MonotonicClock.nanoseconds >= deadline {
                Process.kill(pidfd: pidfd, signal: 9)
                break
            }
        }
        return true
    }

    /// Reaps the warden and its remaining jails, and removes its control groups.
    ///
    /// The next warden starts after that, so that no user number of a dying jail is reused. Remains
    /// that outlast the bound are left to that warden's start.
    private func clear(_ warden: Int32) {
        _ = try? Process.reap(warden, waiting: true)
        let pieces: Int32 = 10
        for _ in 0..<(Self.clearingMilliseconds / pieces) {
            while (try? Process.reap(waiting: false)) != nil {}
            if WardenGroups.remove(ofWarden: warden) { return }
            Epoll.pause(milliseconds: pieces)
        }
    }
}

/// The pause before the start of the next warden.
///
/// A pure computation: the first warden that dies is replaced at once; a series of early deaths has
/// a common cause, and is replaced ever more slowly.
struct RestartBackoff {
    private static let delays = Backoff(firstMilliseconds: 100, mostMilliseconds: 5_000)
    /// The lifetime from which a warden counts as ready and working.
    static let matureNanoseconds: UInt64 = 2_000_000_000

    private var earlyDeaths = 0

    /// - Parameter nanoseconds: the lifetime of the ended warden.
    /// - Returns: the pause in milliseconds.
    mutating func pause(afterLiving nanoseconds: UInt64) -> UInt64 {
        if nanoseconds >= Self.matureNanoseconds { earlyDeaths = 0 }
        defer { earlyDeaths += 1 }
        return Self.delays.pause(after: earlyDeaths)
    }
}
