public import Foundation

/// A person, or an agent that signed up by itself.
public struct User: Sendable, Hashable {
    /// `usr_` and 26 characters.
    public let id: String
    public var name: String
    /// The e-mail address in lower case; unique among users.
    public let email: String
    /// The address of a picture.
    public var image: String?
    public let createdAt: Date
    public var updatedAt: Date

    public init(
        id: String,
        name: String,
        email: String,
        image: String? = nil,
        createdAt: Date,
        updatedAt: Date
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.image = image
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A user's session, from sign-in to sign-out or expiry.
public struct Session: Sendable, Hashable {
    /// The most sessions of a user; a further one ends the one that would end first.
    public static let perUserMax = 50
    /// The most client addresses that are remembered for a user.
    public static let addressesPerUserMax = 16

    /// The public identifier: `ses_` and 26 characters.
    public let id: String
    /// The SHA-256 digest of the token.
    public let digest: Data
    public let user: String
    public let createdAt: Date
    public var expiresAt: Date

    public init(id: String, digest: Data, user: String, createdAt: Date, expiresAt: Date) {
        self.id = id
        self.digest = digest
        self.user = user
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// A key that signs access tokens.
public struct SigningKey: Sendable, Hashable {
    /// The `kid` of the tokens that the key signs.
    public let id: String
    /// The private key in PEM.
    public let pem: String
    public let createdAt: Date

    public init(id: String, pem: String, createdAt: Date) {
        self.id = id
        self.pem = pem
        self.createdAt = createdAt
    }
}
