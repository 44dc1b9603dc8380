import Domain
import Foundation
import SQLiteStore
import TemporaryStore
import TestSupport
import Testing

@testable import Identity

@Suite struct KeyIssuerTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() async throws {
        temporary = try TemporaryStore()
        try await store.insert(organization())
    }

    private func issue(
        name: String = "laptop",
        scopes: [String] = ["read"],
        organization: String = "org_a",
        expiresAt: Date? = nil
    ) async throws -> (key: APIKey, secret: KeySecret) {
        let issuer = KeyIssuer(store: store, clock: ManualClock(moment(0)).wallClock)
        return try await issuer.create(
            name: name,
            scopes: scopes,
            organization: organization,
            expiresAt: expiresAt
        )
    }

    @Test func `a new key is stored as its digest, with all that was asked for`() async throws {
        let (key, secret) = try await issue(
            name: "laptop é",
            scopes: ["read", "projects:write"],
            expiresAt: moment(1)
        )
        #expect(try await store.keys().map(\.key) == [key])
        #expect(key.digest == secret.digest)
        #expect(key.id.wholeMatch(of: /key_[0-9a-z]{26}/) != nil)
        let expected = APIKey(
            id: key.id,
            name: "laptop é",
            digest: secret.digest,
            organization: "org_a",
            scopes: ["read", "projects:write"],
            createdAt: moment(0),
            expiresAt: moment(1)
        )
        #expect(key == expected)
    }

    @Test func `a new key is let in`() async throws {
        let (key, secret) = try await issue()
        let plans = try #require(Plans([plan("anonymous"), plan("free")]))
        let authenticator = Authenticator(
            store: store,
            plans: plans,
            clock: ManualClock(moment(1)).wallClock
        )
        let caller = try await authenticator.caller(credential: secret.plaintext)
        #expect(caller.credential == .key(id: key.id))
        #expect(caller.organization == key.organization)
    }

    @Test(arguments: [1, 99, 100])
    func `a name of up to a hundred characters is taken`(_ length: Int) async throws {
        let name = String(repeating: "é", count: length)
        #expect(try await issue(name: name).key.name == name)
    }

    @Test(arguments: [
        "", String(repeating: "é", count: 101), "a\nb", "a\u{0}", "\u{1B}[2J", "\u{7F}", "\u{85}",
        "\u{2028}", "a\u{202E}b",
    ])
    func `another name is refused`(_ name: String) async throws {
        try await expectRefusal(.name) { try await issue(name: name) }
    }

    @Test func `no scopes and unknown scopes are refused`() async throws {
        try await expectRefusal(.noScopes) { try await issue(scopes: []) }
        try await expectRefusal(.scopes(InvalidScopes(offenders: ["root", "sudo"]))) {
            try await issue(scopes: ["root", "read", "sudo"])
        }
    }

    @Test func `a key of an organization that is not there is not made`() async throws {
        await #expect(throws: (any Error).self) { try await issue(organization: "org_b") }
        #expect(try await store.keys().isEmpty)
    }

    @Test(arguments: [-1.0, 0])
    func `a key that would have expired already is refused`(_ second: Double) async throws {
        try await expectRefusal(.expiry) { try await issue(expiresAt: moment(second)) }
    }

    /// Expects a refusal with this reason, and that nothing was stored.
    private func expectRefusal(
        _ reason: KeyIssueError,
        _ body: () async throws -> (key: APIKey, secret: KeySecret)
    ) async throws {
        await #expect(throws: reason) { try await body() }
        #expect(try await store.keys().isEmpty)
    }
}
