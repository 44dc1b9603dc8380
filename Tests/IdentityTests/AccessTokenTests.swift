import Cryptography
import Domain
import Foundation
import SQLiteStore
import TemporaryStore
import TestSupport
import Testing

@testable import Identity

@Suite struct AccessTokenTests {
    private let clock = ManualClock(moment(0))
    private let temporary: TemporaryStore
    private let tokens: AccessTokens
    private let key: APIKey
    private let secret: KeySecret
    private var store: any Store { temporary.store }

    init() async throws {
        temporary = try TemporaryStore()
        try await temporary.store.insert(organization())
        tokens = AccessTokens(store: temporary.store, clock: clock.wallClock)
        (key, secret) = try await KeyIssuer(store: temporary.store, clock: clock.wallClock)
            .create(name: "ci", scopes: ["projects:read", "agents:read"], organization: "org_a")
    }

    private func authenticator() throws -> Authenticator {
        Authenticator(
            store: temporary.store,
            plans: try #require(Plans([plan("anonymous"), plan("free")])),
            clock: clock.wallClock
        )
    }

    private func issue(_ scopes: Set<String> = ["projects:read"]) async throws -> String {
        try await tokens.issue(for: key, scopes: scopes).text
    }

    /// Returns the decoded header or claims.
    private func part(_ index: Int, of token: String) throws -> [String: Any] {
        var text = token.split(separator: ".").map(String.init)[index]
        text = text.replacing("-", with: "+").replacing("_", with: "/")
        text += String(repeating: "=", count: (4 - text.count % 4) % 4)
        let data = try #require(Data(base64Encoded: text))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func `a token says what the contract promises`() async throws {
        let token = try await issue()
        let header = try part(0, of: token)
        let claims = try part(1, of: token)
        #expect(header["alg"] as? String == "ES256")
        #expect(header["kid"] as? String == (try await tokens.publicKeys().first?.id))
        #expect(claims["sub"] as? String == key.id)
        #expect(claims["client_id"] as? String == key.id)
        #expect(claims["organization"] as? String == "org_a")
        #expect(claims["scope"] as? String == "projects:read")
        #expect((claims["exp"] as? Double ?? 0) - (claims["iat"] as? Double ?? 0) == 3_600)
    }

    @Test func `a token is its key's organization, with the scopes that it was given`()
        async throws
    {
        let caller = try await authenticator().caller(credential: try await issue())
        #expect(caller.organization == "org_a")
        #expect(caller.scopes == ["projects:read"])
        #expect(caller.credential.keyID == key.id)
    }

    @Test func `a token holds for an hour, and no longer than its key`() async throws {
        let token = try await issue()
        clock.advance(seconds: 3_599)
        #expect(try await tokens.statement(token) != nil)
        clock.advance(seconds: 1)
        #expect(try await tokens.statement(token) == nil)

        let (short, _) = try await KeyIssuer(store: store, clock: clock.wallClock).create(
            name: "short",
            scopes: ["projects:read"],
            organization: "org_a",
            expiresAt: moment(3_700)
        )
        let issued = try await tokens.issue(for: short, scopes: ["projects:read"])
        #expect(issued.expiresInSeconds == 100)
    }

    @Test func `revoking the key kills its tokens`() async throws {
        let token = try await issue()
        let authenticator = try authenticator()
        _ = try await authenticator.caller(credential: token)
        _ = try await store.revokeKey(id: key.id, at: moment(0))
        await #expect(throws: AuthenticationError.self) {
            try await authenticator.caller(credential: token)
        }
    }

    @Test func `a revoked token holds no more, another of its key does`() async throws {
        let token = try await issue()
        let other = try await issue()
        try await tokens.revoke(try #require(try await tokens.statement(token)))
        #expect(try await tokens.statement(token) == nil)
        #expect(try await tokens.statement(other) != nil)
    }

    @Test func `what others signed, or nobody, is not ours`() async throws {
        let token = try await issue()
        let elsewhere = try TemporaryStore()
        let foreign = AccessTokens(store: elsewhere.store, clock: clock.wallClock)
        let forged = try await foreign.issue(for: key, scopes: ["admin"]).text
        #expect(try await tokens.statement(forged) == nil)
        var parts = token.split(separator: ".").map(String.init)
        parts[1] = forged.split(separator: ".").map(String.init)[1]
        #expect(try await tokens.statement(parts.joined(separator: ".")) == nil)
        // {"alg":"none"}
        parts[0] = "eyJhbGciOiJub25lIn0"
        #expect(try await tokens.statement(parts.joined(separator: ".")) == nil)
        for text in ["a.b.c", "..", "a.b", token + ".x"] {
            #expect(try await tokens.statement(text) == nil, "\(text)")
        }
    }

    /// Each token is signed with the server's own key, so that only the header is wrong.
    @Test(arguments: [
        (#"{"alg":"ES256","kid":"KEY"}"#, true),
        (#"{"alg":"none","kid":"KEY"}"#, false), (#"{"alg":"HS256","kid":"KEY"}"#, false),
        (#"{"alg":"es256","kid":"KEY"}"#, false), (#"{"alg":"ES256"}"#, false),
        (#"{"alg":"ES256","kid":"jwk_0"}"#, false), (#"{"alg":"ES256","kid":1}"#, false),
        (#"{"alg":"ES256","kid":"KEY","crit":["exp"]}"#, false), ("[]", false), ("", false),
    ])
    func `a header chooses neither algorithm nor key`(header: String, isTaken: Bool) async throws {
        let claims = try await issue().split(separator: ".")[1]
        let stored = try #require(try await store.signingKeys().first)
        let head = Base64URL.encode(Data(header.replacing("KEY", with: stored.id).utf8))
        let signed = head + "." + claims
        let signature = try P256SigningKey(pem: stored.pem).signature(of: Array(signed.utf8))
        let token = signed + "." + Base64URL.encode(Data(signature))
        #expect(try await (tokens.statement(token) != nil) == isTaken)
        #expect(try await tokens.statement(token + "=") == nil)
    }

    @Test func `a text is written as base64url in one way only`() {
        for text in ["", "YQ", "YWI", "YWJj", "-_-_"] {
            #expect(Base64URL.decode(text).map(Base64URL.encode) == text)
        }
        for text in ["Y", "YR", "YQ==", "+/+/", "Y Q", "YQ\n", "ä"] {
            #expect(Base64URL.decode(text) == nil, "\(text)")
        }
    }

    @Test func `after a rotation the old tokens hold and the new key signs`() async throws {
        let old = try await issue()
        clock.advance(seconds: 60)
        let id = try await tokens.rotate()
        let new = try await issue()
        #expect(try part(0, of: new)["kid"] as? String == id)
        #expect(try await tokens.statement(old) != nil)
        #expect(try await tokens.publicKeys().map(\.id).count == 2)
        clock.advance(seconds: 3_601)
        _ = try await tokens.rotate()
        #expect(try await tokens.publicKeys().map(\.id).contains(id))
        #expect(try await tokens.publicKeys().count == 2)
    }

    @Test func `a client is a key's id with that key, and no other`() async throws {
        let authenticator = try authenticator()
        let found = try await authenticator.client(id: key.id, secret: secret.plaintext)
        #expect(found.key.id == key.id)
        for (id, text) in [
            ("key_0", secret.plaintext), (key.id, KeySecret().plaintext), (key.id, "x"), ("", ""),
        ] {
            await #expect(throws: AuthenticationError.self) {
                try await authenticator.client(id: id, secret: text)
            }
        }
    }
}

@Suite struct CoverTests {
    @Test(
        arguments: [
            (["projects:read"], "projects:read", true),
            (["projects:read"], "projects:write", false),
            (["read"], "agents:read", true), (["read"], "uploads:write", false),
            (["write"], "projects:write", false), (["write", "delete"], "projects:write", true),
            (["read"], "read", true), (["projects:read"], "read", false),
            (["write"], "write", true),
            (["write"], "delete", false), (["admin"], "admin", true), (["admin"], "delete", true),
            (["read", "write", "delete"], "admin", false), ([], "read", false),
        ] as [([String], String, Bool)]
    )
    func `nobody gives away more than it has`(
        own: [String],
        wanted: String,
        isCovered: Bool
    ) throws {
        let scope = try #require(Scope(wanted))
        #expect(ScopeSet(Set(own)).covers(scope) == isCovered)
    }

    @Test func `whoever signs in has everything but what is an operator's`() {
        let owner = ScopeSet.session(isOwner: true)
        let member = ScopeSet.session(isOwner: false)
        #expect(Scope.all.filter { !owner.covers($0) } == [.admin])
        #expect(!member.permits(.write(.organizations)))
        #expect(!member.permits(.write(.organizations), isDelete: true))
        #expect(member.permits(.write(.projects), isDelete: true))
        #expect(member.permits(.read(.organizations)))
    }
}
