public import Foundation

/// A stored credential, without its secret.
public struct APIKey: Sendable, Hashable {
    /// The public identifier: `key_` and 26 characters.
    public let id: String
    public let name: String
    /// The SHA-256 digest of the whole key.
    public let digest: Data
    public let organization: String
    /// The user who made the key; `nil` for a key that an operator made.
    public let user: String?
    public let scopes: Set<String>
    public let createdAt: Date
    public let expiresAt: Date?
    public var lastUsedAt: Date?
    public var revokedAt: Date?

    public init(
        id: String,
        name: String,
        digest: Data,
        organization: String,
        user: String? = nil,
        scopes: Set<String>,
        createdAt: Date,
        expiresAt: Date? = nil,
        lastUsedAt: Date? = nil,
        revokedAt: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.organization = organization
        self.user = user
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }

    public func isUsable(at date: Date) -> Bool {
        revokedAt == nil && expiresAt.map { date < $0 } ?? true
    }
}
