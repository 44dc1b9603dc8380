/// The owner of an execution: its key's organization, or an anonymous caller's address.
public enum Owner: Sendable, Hashable {
    case organization(String)
    /// The address of an anonymous caller, IPv6 cut to its /64; never stored with an execution.
    case address(String)

    public var isStranger: Bool {
        if case .address = self { true } else { false }
    }

    /// The name by which rates are counted and the queue shares its slots fairly.
    public var subject: String {
        switch self {
        case .organization(let id): "org:" + id
        case .address(let address): "ip:" + address
        }
    }
}
