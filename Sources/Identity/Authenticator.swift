// Target `Identity`: users, sessions, passwords, API keys, scopes and access tokens.
// Border: a secret becomes a digest here before it reaches a store. It is the only importer of
// `CCrack`. `API` and the command line import it.

public import Domain
import Foundation
import Synchronization

/// Turns a credential into a caller.
///
/// The form tells the kind: a key, a session's token, or an access token. The store is asked every
/// time, so that a revocation by any process works at once. The use of a key is stored beside the
/// request, at most once a minute per key.
public final class Authenticator: Sendable {
    private let store: any AccountStore
    private let accounts: Accounts
    private let tokens: AccessTokens
    private let plans: Plans
    private let clock: WallClock
    private let uses = Mutex(UseThrottle())

    public init(
        store: any AccountStore,
        accounts: Accounts,
        tokens: AccessTokens,
        plans: Plans,
        clock: WallClock
    ) {
        self.store = store
        self.accounts = accounts
        self.tokens = tokens
        self.plans = plans
        self.clock = clock
    }

    /// The caller that `credential` belongs to.
    ///
    /// - Parameter organization: which of its organizations somebody with a session acts for; its
    ///   own by default. A key acts for its own only.
    public func caller(
        credential: String,
        organization: String? = nil
    ) async throws(AuthenticationError) -> Caller {
        do {
            if let secret = KeySecret(credential) {
                let issued = try await usable(try await store.key(digest: secret.digest))
                return try caller(issued, credential: .key(id: issued.key.id))
            }
            if let token = SessionToken(credential) {
                return try await caller(token, organization: organization)
            }
            if AccessTokens.isToken(credential) { return try await caller(token: credential) }
        } catch let error as AuthenticationError {
            throw error
        } catch {
            throw .unavailable(error)
        }
        throw .refused(.malformed)
    }

    /// The key that an OAuth client names and shows.
    public func client(
        id: String,
        secret: String
    ) async throws(AuthenticationError) -> IssuedKey {
        guard let secret = KeySecret(secret) else { throw .refused(.malformed) }
        do {
            let issued = try await usable(try await store.key(digest: secret.digest))
            guard issued.key.id == id else { throw AuthenticationError.refused(.unknown) }
            noteUse(of: issued.key, at: clock.now())
            return issued
        } catch let error as AuthenticationError {
            throw error
        } catch {
            throw .unavailable(error)
        }
    }

    private func caller(_ issued: IssuedKey, credential: Caller.Credential) throws -> Caller {
        let key = issued.key
        let plan = try plan(of: issued.organization)
        noteUse(of: key, at: clock.now())
        return Caller(
            owner: .organization(key.organization),
            plan: plan,
            scopes: key.scopes,
            credential: credential
        )
    }

    private func caller(token: String) async throws -> Caller {
        guard let statement = try await tokens.statement(token) else {
            throw AuthenticationError.refused(.unknown)
        }
        let issued = try await usable(try await store.key(id: statement.keyID))
        return Caller(
            owner: .organization(issued.organization.id),
            plan: try plan(of: issued.organization),
            scopes: statement.scopes,
            credential: .token(id: statement.id, key: issued.key.id)
        )
    }

    private func caller(_ token: SessionToken, organization: String?) async throws -> Caller {
        guard let signedIn = try await accounts.session(token) else {
            throw AuthenticationError.refused(.unknown)
        }
        let user = signedIn.user.id
        let membership: Membership?
        if let organization {
            membership = try await store.membership(user: user, organization: organization)
        } else {
            membership = try await store.memberships(user: user).first
        }
        guard let membership else { throw AuthenticationError.refused(.noMembership(user: user)) }
        return Caller(
            owner: .organization(membership.organization.id),
            plan: try plan(of: membership.organization),
            scopes: ScopeSet.session(isOwner: membership.role == .owner).names,
            credential: .session(id: signedIn.session.id, user: user)
        )
    }

    /// - Throws: where there is no such key, or it holds no more.
    private func usable(_ issued: IssuedKey?) async throws -> IssuedKey {
        guard let issued else { throw AuthenticationError.refused(.unknown) }
        let key = issued.key
        if key.revokedAt != nil { throw AuthenticationError.refused(.revoked(keyID: key.id)) }
        guard key.isUsable(at: clock.now()) else {
            throw AuthenticationError.refused(.expired(keyID: key.id))
        }
        return issued
    }

    private func plan(of organization: Organization) throws -> Plan {
        guard let plan = plans[organization.plan] else {
            throw AuthenticationError.refused(
                .planGone(organization: organization.id, plan: organization.plan)
            )
        }
        return plan
    }

    private func noteUse(of key: APIKey, at now: Date) {
        let isDue = uses.withLock { $0.isDue(keyID: key.id, lastUsedAt: key.lastUsedAt, at: now) }
        guard isDue else { return }
        let store = store
        Task {
            // Where it cannot be written, the request is not to suffer; the next minute tries
            // again.
            try? await store.touchKey(id: key.id, at: now)
        }
    }
}

/// Why there is no caller.
public enum AuthenticationError: Error, Sendable {
    /// The credential is invalid: always the same 401. The reason is for the log.
    case refused(Reason)
    /// The store could not be asked: our fault, not the caller's.
    case unavailable(any Error)

    /// Never shown to a caller: it would tell which keys exist.
    public enum Reason: Sendable, Hashable {
        /// Not the form of any credential, or a wrong checksum.
        case malformed
        case unknown
        case expired(keyID: String)
        case revoked(keyID: String)
        /// `limits.json` no longer has the plan of the organization.
        case planGone(organization: String, plan: String)
        /// The user is no member of the requested organization.
        case noMembership(user: String)
    }
}

/// Decides which uses of a key are written down: the first, and then one a minute.
struct UseThrottle {
    static let intervalSeconds = 60.0
    /// Above this many keys, those whose minute is over are forgotten: the store's own date keeps
    /// them in step.
    static let rememberedMax = 1_024

    private var noted: [String: Date] = [:]

    /// Whether to store a use at `now`; the caller then does.
    ///
    /// What the store has in `lastUsedAt` may lag behind a write that is under way.
    mutating func isDue(keyID: String, lastUsedAt: Date?, at now: Date) -> Bool {
        let latest = [lastUsedAt, noted[keyID]].compactMap(\.self).max()
        if let latest, now.timeIntervalSince(latest) < Self.intervalSeconds { return false }
        if noted.count >= Self.rememberedMax {
            noted = noted.filter { now.timeIntervalSince($0.value) < Self.intervalSeconds }
        }
        noted[keyID] = now
        return true
    }
}
