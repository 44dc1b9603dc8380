import Domain
import Foundation
import SQLiteStore
import TemporaryStore
import TestSupport
import Testing

@testable import Identity

@Suite struct AuthenticatorTests {
    private let clock = ManualClock(moment(0))
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() async throws {
        temporary = try TemporaryStore()
        try await store.insert(organization())
    }

    private func authenticator(
        plans names: [String] = ["anonymous", "free"]
    ) throws -> Authenticator {
        let plans = try #require(Plans(names.map(plan)))
        return Authenticator(store: store, plans: plans, clock: clock.wallClock)
    }

    private func insertKey(expiresAt: Date? = nil, revokedAt: Date? = nil) async throws -> KeySecret
    {
        let secret = KeySecret()
        try await store.insert(
            APIKey(
                id: "key_1",
                name: "n",
                digest: secret.digest,
                organization: "org_a",
                scopes: ["read"],
                createdAt: moment(-60),
                expiresAt: expiresAt,
                revokedAt: revokedAt
            )
        )
        return secret
    }

    /// Returns the reason why the credential was refused; `nil` if it was accepted.
    private func refusal(
        _ credential: String,
        plans: [String] = ["anonymous", "free"]
    ) async throws -> AuthenticationError.Reason? {
        let authenticator = try authenticator(plans: plans)
        do throws(AuthenticationError) {
            _ = try await authenticator.caller(credential: credential)
            return nil
        } catch {
            guard case .refused(let reason) = error else { throw error }
            return reason
        }
    }

    @Test func `a good key is its organization, on its plan, with its scopes`() async throws {
        let secret = try await insertKey()
        let caller = try await authenticator().caller(credential: secret.plaintext)
        let expected = Caller(
            owner: .organization("org_a"),
            plan: plan("free"),
            scopes: ["read"],
            credential: .key(id: "key_1")
        )
        #expect(caller == expected)
    }

    @Test func `a malformed, a mistyped and an unknown key are refused`() async throws {
        let typo = KeySecret().plaintext.dropLast() + "!"
        #expect(try await refusal("k") == .malformed)
        #expect(try await refusal(String(typo)) == .malformed)
        #expect(try await refusal(KeySecret().plaintext) == .unknown)
    }

    @Test func `a key is good until the moment it expires`() async throws {
        let secret = try await insertKey(expiresAt: moment(1))
        clock.advance(seconds: 0.999)
        #expect(try await refusal(secret.plaintext) == nil)
        clock.advance(seconds: 0.001)
        #expect(try await refusal(secret.plaintext) == .expired(keyID: "key_1"))
    }

    @Test func `a revoked key is refused at once`() async throws {
        let secret = try await insertKey()
        let authenticator = try authenticator()
        _ = try await authenticator.caller(credential: secret.plaintext)
        _ = try await store.revokeKey(id: "key_1", at: moment(0))
        await #expect(throws: AuthenticationError.self) {
            try await authenticator.caller(credential: secret.plaintext)
        }
        #expect(try await refusal(secret.plaintext) == .revoked(keyID: "key_1"))
    }

    @Test func `a key whose plan is gone is refused`() async throws {
        let secret = try await insertKey()
        let reason = try await refusal(secret.plaintext, plans: ["anonymous"])
        #expect(reason == .planGone(organization: "org_a", plan: "free"))
    }

    @Test func `a store that cannot be asked is not a refusal`() async throws {
        let plans = try #require(Plans([plan("anonymous")]))
        let authenticator = Authenticator(store: store, plans: plans, clock: clock.wallClock)
        try store.close()
        await #expect {
            try await authenticator.caller(credential: KeySecret().plaintext)
        } throws: { error in
            guard case .unavailable = error as? AuthenticationError else { return false }
            return true
        }
    }

    @Test func `a key's use is written down, and again a minute later`() async throws {
        let secret = try await insertKey()
        let authenticator = try authenticator()
        for second in [0.0, 60] {
            _ = try await authenticator.caller(credential: secret.plaintext)
            #expect(try await isUsed(at: moment(second)))
            clock.advance(seconds: 60)
        }
    }

    /// Returns whether the use is stored, which happens asynchronously to the request.
    private func isUsed(at date: Date) async throws -> Bool {
        for _ in 0..<100_000 {
            if try await store.key(id: "key_1")?.key.lastUsedAt == date { return true }
            await Task.yield()
        }
        return false
    }
}

@Suite struct UseThrottleTests {
    /// Returns the decisions for uses of a key at these seconds, in order.
    private func decide(_ seconds: [Double], lastUsedAt: Date? = nil) -> [Bool] {
        var throttle = UseThrottle()
        return seconds.map { throttle.isDue(keyID: "a", lastUsedAt: lastUsedAt, at: moment($0)) }
    }

    @Test func `a first use is due and the next only after a minute`() {
        #expect(decide([0, 59.999, 60, 61]) == [true, false, true, false])
    }

    @Test func `a use that another process wrote down counts`() {
        #expect(decide([59.999, 60], lastUsedAt: moment(0)) == [false, true])
    }

    @Test func `keys do not wait for each other`() {
        var throttle = UseThrottle()
        let decisions = ["a", "b", "a"].map {
            throttle.isDue(keyID: $0, lastUsedAt: nil, at: moment(0))
        }
        #expect(decisions == [true, true, false])
    }

    @Test func `many keys are each remembered for their minute`() {
        var throttle = UseThrottle()
        let keys = (0...UseThrottle.rememberedMax).map(String.init)
        let rounds = [0.0, 59].map { second in
            keys.count { throttle.isDue(keyID: $0, lastUsedAt: nil, at: moment(second)) }
        }
        #expect(rounds == [keys.count, 0])
    }
}
