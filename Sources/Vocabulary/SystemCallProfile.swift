/// A set of permitted system calls; the number is the index of its filter in the catalog.
public enum SystemCallProfile: UInt8, Sendable, CaseIterable {
    /// No sockets except socket pairs, for callers without a credential.
    case strict = 0
    /// Sockets inside the jail's empty network.
    case standard = 1
}
