import Domain
import Foundation
import Identity
import JSON

/// The keys of two organizations, created once for the whole run.
enum Keys {
    private static let secrets: [String: KeySecret] = [
        Fixture.reader: KeySecret(), Fixture.writer: KeySecret(),
        Fixture.everything: KeySecret(), Fixture.stranger: KeySecret(),
        Fixture.revoked: KeySecret(), Fixture.expired: KeySecret(), Fixture.agent: KeySecret(),
        Fixture.watcher: KeySecret(), Fixture.otherAgent: KeySecret(),
    ]

    /// Returns a key by its name; any other text is returned as the credential itself.
    static func secret(_ name: String) -> String { secrets[name]?.plaintext ?? name }

    fileprivate static func digest(_ name: String) -> Data { secrets[name]?.digest ?? Data() }
}

extension Fixture {
    static let reader = "reader"
    static let writer = "writer"
    /// A key with every scope except `admin`.
    static let everything = "everything"
    static let stranger = "stranger"
    static let revoked = "revoked"
    static let expired = "expired"
    /// A key that may only create tasks.
    static let agent = "agent"
    /// A key that may read tasks.
    static let watcher = "watcher"
    /// A key of the other organization.
    static let otherAgent = "other agent"

    func insertKeys() async throws {
        guard try await store.organization(id: "org_1") == nil else { return }
        for id in ["org_1", "org_2"] {
            try await store.insert(
                Organization(id: id, name: id, plan: "free", createdAt: Sample.now)
            )
        }
        let read: Set<String> = ["projects:read"]
        let both: Set<String> = ["projects:read", "projects:write"]
        try await insert(Self.reader, organization: "org_1", scopes: read)
        try await insert(
            Self.everything,
            organization: "org_1",
            scopes: ScopeSet.session(isOwner: true).names
        )
        try await insert(Self.writer, organization: "org_1", scopes: both)
        try await insert(Self.stranger, organization: "org_2", scopes: both)
        try await insert(Self.revoked, organization: "org_1", scopes: both, revokedAt: Sample.now)
        try await insert(Self.expired, organization: "org_1", scopes: both, expiresAt: Sample.now)
        let agents: Set<String> = ["agents:read", "agents:write"]
        try await insert(Self.agent, organization: "org_1", scopes: agents)
        try await insert(Self.watcher, organization: "org_1", scopes: ["agents:read"])
        try await insert(Self.otherAgent, organization: "org_2", scopes: agents)
    }

    private func insert(
        _ name: String,
        organization: String,
        scopes: Set<String>,
        revokedAt: Date? = nil,
        expiresAt: Date? = nil
    ) async throws {
        try await store.insert(
            APIKey(
                id: "key_" + name,
                name: name,
                digest: Keys.digest(name),
                organization: organization,
                scopes: scopes,
                createdAt: Sample.now,
                expiresAt: expiresAt,
                revokedAt: revokedAt
            )
        )
    }
}
