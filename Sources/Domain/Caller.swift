/// The identity, plan and scopes of a request's sender, decided once per request.
public struct Caller: Sendable, Hashable {
    public let owner: Owner
    public let plan: Plan
    /// The scopes of the credential; empty for a stranger.
    public let scopes: Set<String>
    public let credential: Credential

    public init(owner: Owner, plan: Plan, scopes: Set<String>, credential: Credential) {
        self.owner = owner
        self.plan = plan
        self.scopes = scopes
        self.credential = credential
    }

    /// The credential of a caller, kept so that its expiry can be checked.
    public enum Credential: Sendable, Hashable {
        /// No credential: a stranger.
        case none
        case key(id: String)
        /// An access token that was made for a key.
        case token(id: String, key: String)
        case session(id: String, user: String)

        /// The key that the caller presented, or the key of the access token that the caller
        /// presented.
        public var keyID: String? {
            switch self {
            case .none, .session: nil
            case .key(let id), .token(_, let id): id
            }
        }
    }

    /// The caller's organization; `nil` for a stranger.
    public var organization: String? {
        if case .organization(let id) = owner { id } else { nil }
    }
}
