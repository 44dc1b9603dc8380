public import Domain
import Foundation
import Synchronization

/// Turns a credential into a caller.
///
/// The store is asked every time, so that a revocation holds from the moment in which it was
/// written, by whatever process. That a key was used is written down beside the request, at most
/// once a minute for each key.
public final class Authenticator: Sendable {
    private let store: any Store
    private let plans: Plans
    private let clock: WallClock
    private let uses = Mutex(UseThrottle())

    public init(store: any Store, plans: Plans, clock: WallClock) {
        self.store = store
        self.plans = plans
        self.clock = clock
    }

    /// The caller that `credential` belongs to.
    public func caller(credential: String) async throws(AuthenticationError) -> Caller {
        guard let secret = KeySecret(credential) else { throw .refused(.malformed) }
        let key = try await lookUp(secret)
        let now = clock.now()
        if key.revokedAt != nil { throw .refused(.revoked(keyID: key.id)) }
        guard key.isUsable(at: now) else { throw .refused(.expired(keyID: key.id)) }
        guard let plan = plans[key.plan] else {
            throw .refused(.planGone(keyID: key.id, plan: key.plan))
        }
        noteUse(of: key, at: now)
        return Caller(
            owner: .organization(key.organization),
            plan: plan,
            scopes: key.scopes,
            keyID: key.id
        )
    }

    private func lookUp(_ secret: KeySecret) async throws(AuthenticationError) -> APIKey {
        let key: APIKey?
        do {
            key = try await store.key(digest: secret.digest)
        } catch {
            throw .unavailable(error)
        }
        guard let key else { throw .refused(.unknown) }
        return key
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
    /// The credential is no good: always the same 401, whatever the reason. The reason is for the
    /// log.
    case refused(Reason)
    /// The store could not be asked: our fault, not the caller's.
    case unavailable(any Error)

    /// Never shown to a caller: it would tell which keys exist.
    public enum Reason: Sendable, Hashable {
        /// Not the form of a key, or a wrong checksum.
        case malformed
        case unknown
        case expired(keyID: String)
        case revoked(keyID: String)
        /// `limits.json` no longer has the key's plan.
        case planGone(keyID: String, plan: String)
    }
}

/// Decides which uses of a key are written down: the first, and then one a minute.
struct UseThrottle {
    static let intervalSeconds = 60.0
    /// Above this many keys, those whose minute is over are forgotten: the store's own date keeps
    /// them in step.
    static let rememberedMax = 1_024

    private var noted: [String: Date] = [:]

    /// Whether a use at `now` is to be written down, which whoever asks then does.
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
