// Target `Identity`: users, sessions, passwords, API keys, scopes and access tokens.
// Border: a secret becomes a digest here before it reaches a store. It is the only importer of
// `CCrack`. `API` and the command line import it.

public import Domain
import Foundation
import Synchronization

/// Turns a credential into a caller.
///
/// The form of a credential determines its kind: a key, a session's token, or an access token. The
/// store is asked every time, so that a revocation by any process works at once. The use of a key
/// is recorded asynchronously, at most once a minute per key.
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

    /// Returns the caller of `credential`.
    ///
    /// - Parameter organization: the organization that a user with a session acts for; the default
    ///   is the user's own. A key acts only for its own organization.
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

    /// Returns the key of an OAuth client, which sends the key's id and the key.
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
            scopes: issued.scopes,
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
            scopes: ScopeSet(statement.scopes).limited(to: issued.makerRole).names,
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

    /// - Throws: if the key does not exist, has expired or was revoked.
    private func usable(_ issued: IssuedKey?) async throws -> IssuedKey {
        guard let issued else { throw AuthenticationError.refused(.unknown) }
        let key = issued.key
        if key.revokedAt != nil { throw AuthenticationError.refused(.revoked(keyID: key.id)) }
        if issued.isMakerGone { throw AuthenticationError.refused(.makerGone(keyID: key.id)) }
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
            // A failed write does not affect the request; the next minute tries again.
            try? await store.touchKey(id: key.id, at: now)
        }
    }
}

extension IssuedKey {
    /// The scopes that the key has now: no more than its maker could do in a session.
    public var scopes: Set<String> { ScopeSet(key.scopes).limited(to: makerRole).names }
}

/// The reason why there is no caller.
public enum AuthenticationError: Error, Sendable {
    /// The credential is invalid; the answer is always the same 401, and the reason is for the log.
    case refused(Reason)
    /// The store failed; the fault is the server's, not the caller's.
    case unavailable(any Error)

    /// The reason for the log.
    ///
    /// No caller sees it, since it would disclose which keys exist.
    public enum Reason: Sendable, Hashable {
        /// The credential has no known form, or its checksum is wrong.
        case malformed
        case unknown
        case expired(keyID: String)
        case revoked(keyID: String)
        /// The user who made the key has left the key's organization.
        case makerGone(keyID: String)
        /// The plan of the organization is missing from `limits.json`.
        case planGone(organization: String, plan: String)
        /// The user is not a member of the requested organization.
        case noMembership(user: String)
    }
}

/// Decides which uses of a key are stored: the first one, and then one a minute.
struct UseThrottle {
    static let intervalSeconds = 60.0
    /// The number of keys from which entries older than a minute are deleted; for those, the date
    /// in the store suffices.
    static let rememberedMax = 1_024

    private var noted: [String: Date] = [:]

    /// Returns whether the caller must store a use at `now`.
    ///
    /// `lastUsedAt`, as the store has it, may lag behind a write in progress.
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
