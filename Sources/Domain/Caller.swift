/// The identity, plan and scopes of a request's sender, decided once per request.
public struct Caller: Sendable, Hashable {
    public let owner: Owner
    public let plan: Plan
    /// The credential's scopes; empty for a stranger.
    public let scopes: Set<String>
    public let credential: Credential

    public init(owner: Owner, plan: Plan, scopes: Set<String>, credential: Credential) {
        self.owner = owner
        self.plan = plan
        self.scopes = scopes
        self.credential = credential
    }

    /// The credential of a caller, so that its expiry can be honoured.
    public enum Credential: Sendable, Hashable {
        /// Nothing: a stranger.
        case none
        case key(id: String)
        /// An access token that was made for a key.
        case token(id: String, key: String)
        case session(id: String, user: String)

        /// The key that was shown or that stands behind what was.
        public var keyID: String? {
            switch self {
            case .none, .session: nil
            case .key(let id), .token(_, let id): id
            }
        }
    }

    /// `nil` for a stranger.
    public var organization: String? {
        if case .organization(let id) = owner { id } else { nil }
    }
}
