/// Who is asking, decided once at the door.
public struct Caller: Sendable, Hashable {
    public let owner: Owner
    public let plan: Plan
    /// The credential's scopes; empty for a stranger.
    public let scopes: Set<String>
    /// The key that was shown, so that its revocation can be honoured; `nil` for a stranger.
    public let keyID: String?

    public init(owner: Owner, plan: Plan, scopes: Set<String>, keyID: String?) {
        self.owner = owner
        self.plan = plan
        self.scopes = scopes
        self.keyID = keyID
    }

    /// `nil` for a stranger.
    public var organization: String? {
        if case .organization(let id) = owner { id } else { nil }
    }
}
