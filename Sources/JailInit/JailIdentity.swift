internal import Kernel

/// The user numbers of one jail.
package enum JailIdentity {
    /// Init is 0 inside and `host` outside, the program 1000 inside and `host + 1` outside.
    case pair(host: UInt32)
    /// Both are 1000 inside, and the ordinary user who started the warden outside; that user is 0
    /// in the warden's own namespace. What keeps the program from init then is that init has
    /// capabilities and the program has none.
    case shared

    static let initInside: UInt32 = 0
    static let programInside: UInt32 = 1_000

    package var isShared: Bool { if case .shared = self { true } else { false } }

    /// As the warden counts; `nil` where it is the warden's own.
    package var programOutside: UInt32? { if case .pair(let host) = self { host + 1 } else { nil } }

    /// For `/proc/PID/uid_map` and `gid_map`.
    package var map: String {
        switch self {
        case .pair(let host): "0 \(host) 1\n\(Self.programInside) \(host + 1) 1\n"
        case .shared: "\(Self.programInside) 0 1\n"
        }
    }

    /// For init: opens and makes files as the program's user, with that user's rights; afterwards
    /// init is itself again.
    static func asProgram<Value: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        Credentials.setFilesystemIDs(uid: programInside, gid: programInside)
        defer { Credentials.setFilesystemIDs(uid: initInside, gid: initInside) }
        return try body()
    }
}
