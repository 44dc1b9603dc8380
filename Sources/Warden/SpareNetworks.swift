internal import Kernel

/// The network namespaces that an idle warden makes in advance for future jails.
///
/// Making one is the largest part of cloning a jail's init. Each belongs to one jail and is removed
/// with it: a spare has never held a process, and holds only the loopback device. It belongs to the
/// warden's user namespace, so no process of the jail may change it, not even init. Without a
/// spare, the kernel makes a namespace with the jail.
struct SpareNetworks: ~Copyable {
    /// The most spare namespaces with loopback up, and the most without.
    static let countMax = 2

    private var spares: [SpareNetwork] = []
    /// The requested kinds: with loopback up (standard profile) or without (strict).
    private var sorts: Set<Bool> = []
    private var failures: [Bool: KernelError] = [:]
    /// The warden's own network, from the first refill on.
    private var home: HomeNetwork?

    /// Whether an idle moment is useful for another spare.
    var isWanting: Bool { nextSort != nil }

    private var nextSort: Bool? {
        sorts.first { sort in
            failures[sort] == nil && spares.count { $0.isUp == sort } < Self.countMax
        }
    }

    /// - Parameter isUp: whether the spare's loopback is up.
    mutating func take(isUp: Bool) -> SpareNetwork? {
        // EPERM is permanent: raising a loopback takes CAP_NET_ADMIN, which this warden lacks and
        // needs for nothing else, while a jail's init has it in a network that comes with the jail.
        if failures[isUp]?.errno != Errno.notPermitted { failures[isUp] = nil }
        sorts.insert(isUp)
        return spares.lastIndex { $0.isUp == isUp }.map { spares.remove(at: $0) }
    }

    /// Makes one more spare.
    ///
    /// After a failure, the next jail reports the reason.
    mutating func refill() {
        guard let sort = nextSort else { return }
        do {
            if home == nil { home = try HomeNetwork() }
            guard let home else { return }
            spares.append(try SpareNetwork(isUp: sort, from: home))
        } catch {
            failures[sort] = error
        }
    }
}

/// A network namespace without processes.
final class SpareNetwork {
    let isUp: Bool
    private let namespace: Descriptor
    private let home: HomeNetwork

    init(isUp: Bool, from home: HomeNetwork) throws(KernelError) {
        try Process.unshare(.network)
        defer { home.enter() }
        if isUp { try Files.raiseLoopback() }
        self.isUp = isUp
        self.home = home
        namespace = try HomeNetwork.current()
    }

    /// Runs `body` with the warden inside the namespace, because a cloned child inherits its
    /// parent's namespace.
    ///
    /// - Parameter body: the clone; returns in the parent only.
    func around<Value>(_ body: () throws(KernelError) -> Value) throws(KernelError) -> Value {
        try Process.enter(namespace.number, .network)
        defer { home.enter() }
        return try body()
    }
}

/// The warden's own network, to which it returns.
final class HomeNetwork {
    private let namespace: Descriptor

    /// - Throws: also if the warden could not return to this network.
    init() throws(KernelError) {
        namespace = try Self.current()
        try Process.enter(namespace.number, .network)
    }

    fileprivate static func current() throws(KernelError) -> Descriptor {
        try Descriptor.open("/proc/thread-self/ns/net", flags: OpenFlags.readOnly)
    }

    /// Returns to this network.
    ///
    /// A warden that cannot would stay in a jail's network, so it ends.
    fileprivate func enter() {
        do {
            try Process.enter(namespace.number, .network)
        } catch {
            Process.exit(1)
        }
    }
}
