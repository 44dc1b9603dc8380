/// Which system calls a jail may make; the number is the index of its filter in the catalog.
public enum SystemCallProfile: UInt8, Sendable, CaseIterable {
    /// No sockets but pairs: for callers without a credential.
    case strict = 0
    /// Sockets inside the jail's own empty network.
    case standard = 1
}
