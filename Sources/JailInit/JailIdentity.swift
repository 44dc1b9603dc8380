internal import Kernel

/// The user numbers of one jail.
package enum JailIdentity {
    /// Init is 0 inside and `host` outside, the program 1000 inside and `host + 1` outside.
    case pair(host: UInt32)
    /// Both are 1000 inside, and outside the ordinary user who started the warden; that user is 0
    /// in the warden's own namespace. Capabilities alone then protect init from the program: init
    /// has them and the program has none.
    case shared

    static let initInside: UInt32 = 0
    static let programInside: UInt32 = 1_000

    package var isShared: Bool { if case .shared = self { true } else { false } }

    /// The program's user number in the warden's namespace; `nil` if it is the warden's own.
    package var programOutside: UInt32? { if case .pair(let host) = self { host + 1 } else { nil } }

    /// The content of `/proc/PID/uid_map` and `gid_map`.
    package var map: String {
        switch self {
        case .pair(let host): "0 \(host) 1\n\(Self.programInside) \(host + 1) 1\n"
        case .shared: "\(Self.programInside) 0 1\n"
        }
    }

    /// Whether the jail has a user, and a group, of this number.
    func has(_ number: UInt32) -> Bool {
        number == Self.programInside || (number == Self.initInside && !isShared)
    }

    /// Runs `body` in init with the program's user and rights for opening and making files;
    /// afterwards init has its own again.
    static func asProgram<Value: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        Credentials.setFilesystemIDs(uid: programInside, gid: programInside)
        defer { Credentials.setFilesystemIDs(uid: initInside, gid: initInside) }
        return try body()
    }
}
