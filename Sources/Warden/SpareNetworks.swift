internal import Kernel

/// Network namespaces that are made while the warden has nothing else to do, for the jails to come.
///
/// Making one is the largest part of cloning a jail's init. Each is one jail's and is gone with it:
/// nobody has been in a spare, and nothing is in it but the loopback device. It belongs to the
/// warden's user namespace, so in the jail nobody may change it, not even init. Where there is no
/// spare the kernel makes one with the jail.
struct SpareNetworks: ~Copyable {
    /// The most spare namespaces with loopback up, and the most without.
    static let countMax = 2

    private var spares: [SpareNetwork] = []
    /// The kinds that have been asked for: with loopback up (standard profile) or without (strict).
    private var sorts: Set<Bool> = []
    private var failures: [Bool: KernelError] = [:]
    /// The warden's own, from the first refill on.
    private var home: HomeNetwork?

    /// Whether there is a use for a moment in which nothing else is to be done.
    var isWanting: Bool { nextSort != nil }

    private var nextSort: Bool? {
        sorts.first { sort in
            failures[sort] == nil && spares.count { $0.isUp == sort } < Self.countMax
        }
    }

    /// - Parameter isUp: whether its loopback is.
    mutating func take(isUp: Bool) -> SpareNetwork? {
        // What this warden may not do now it never may: to raise a loopback takes CAP_NET_ADMIN,
        // which it has no other use for, while a jail's init has it in the network that comes with
        // the jail.
        if failures[isUp]?.errno != Errno.notPermitted { failures[isUp] = nil }
        sorts.insert(isUp)
        return spares.lastIndex { $0.isUp == isUp }.map { spares.remove(at: $0) }
    }

    /// Makes one more.
    ///
    /// Where that fails, the next jail finds out why.
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

/// A network namespace that nobody is in.
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

    /// Has the warden in it while it clones: a child is where its parent is.
    ///
    /// - Parameter body: returns in the parent only.
    func around<Value>(_ body: () throws(KernelError) -> Value) throws(KernelError) -> Value {
        try Process.enter(namespace.number, .network)
        defer { home.enter() }
        return try body()
    }
}

/// The network that the warden is in, and comes back to.
final class HomeNetwork {
    private let namespace: Descriptor

    /// - Throws: also where the warden could not come back to it.
    init() throws(KernelError) {
        namespace = try Self.current()
        try Process.enter(namespace.number, .network)
    }

    fileprivate static func current() throws(KernelError) -> Descriptor {
        try Descriptor.open("/proc/thread-self/ns/net", flags: OpenFlags.readOnly)
    }

    /// A warden that cannot go back would stay in a jail's network, so it ends.
    fileprivate func enter() {
        do {
            try Process.enter(namespace.number, .network)
        } catch {
            Process.exit(1)
        }
    }
}
