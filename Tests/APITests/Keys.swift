import Domain
import Foundation
import Identity

/// Keys of two organizations, made once for the whole run.
enum Keys {
    private static let secrets: [String: KeySecret] = [
        Fixture.reader: KeySecret(), Fixture.writer: KeySecret(), Fixture.stranger: KeySecret(),
        Fixture.revoked: KeySecret(), Fixture.expired: KeySecret(),
    ]

    /// A key by its name; any other text is the credential itself.
    static func secret(_ name: String) -> String { secrets[name]?.plaintext ?? name }

    fileprivate static func digest(_ name: String) -> Data { secrets[name]?.digest ?? Data() }
}

extension Fixture {
    static let reader = "reader"
    static let writer = "writer"
    static let stranger = "stranger"
    static let revoked = "revoked"
    static let expired = "expired"

    func insertKeys() async throws {
        let read: Set<String> = ["projects:read"]
        let both: Set<String> = ["projects:read", "projects:write"]
        await insert(Self.reader, organization: "org_1", scopes: read)
        await insert(Self.writer, organization: "org_1", scopes: both)
        await insert(Self.stranger, organization: "org_2", scopes: both)
        await insert(Self.revoked, organization: "org_1", scopes: both, revokedAt: Sample.now)
        await insert(Self.expired, organization: "org_1", scopes: both, expiresAt: Sample.now)
    }

    private func insert(
        _ name: String,
        organization: String,
        scopes: Set<String>,
        revokedAt: Date? = nil,
        expiresAt: Date? = nil
    ) async {
        await store.insert(
            APIKey(
                id: "key_" + name,
                name: name,
                digest: Keys.digest(name),
                organization: organization,
                plan: "free",
                scopes: scopes,
                createdAt: Sample.now,
                expiresAt: expiresAt,
                revokedAt: revokedAt
            )
        )
    }
}
