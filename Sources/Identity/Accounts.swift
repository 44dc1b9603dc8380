public import Domain
public import Foundation
import Synchronization

/// Signing up, in and out.
///
/// An unknown address and a wrong password get the same answer after the same time. Attempts are
/// counted per client address and per account, even if the account does not exist. Sign-ups are
/// counted per client address and day, on disk, because each brings a quota.
public final class Accounts: Sendable {
    /// The plan of a new user's organization.
    public static let plan = "free"
    public static let sessionSeconds: TimeInterval = 7 * 86_400
    /// Use extends a session, at most once in this time.
    static let extensionSeconds: TimeInterval = 86_400

    private let store: any AccountStore & QuotaStore
    private let signUps: SignUps?
    private let hasher: PasswordHasher
    private let clock: WallClock
    private let limits = Mutex(SignInLimits())

    /// The conditions of sign-up.
    public struct SignUps: Sendable {
        public let rules: PasswordRules
        /// The most sign-ups per address and day.
        public let perDay: Int

        public init(rules: PasswordRules, perDay: Int) {
            self.rules = rules
            self.perDay = perDay
        }
    }

    /// - Parameter signUps: `nil` where nobody may.
    public init(
        store: any AccountStore & QuotaStore,
        signUps: SignUps?,
        hasher: PasswordHasher = PasswordHasher(),
        clock: WallClock
    ) {
        self.store = store
        self.signUps = signUps
        self.hasher = hasher
        self.clock = clock
    }

    /// The result of a sign-up or sign-in.
    public struct Entry: Sendable {
        public let token: SessionToken
        public let session: Session
        public let user: User
    }

    /// Makes a user, an organization of its own with a webhook secret, and a session.
    ///
    /// - Parameters:
    ///   - name: checked, as ``DisplayName`` does.
    ///   - subject: where the attempt comes from.
    /// - Throws: ``SignUpError``, ``PasswordsBusy``, or what the store throws.
    public func signUp(
        name: String,
        email: EmailAddress,
        password: String,
        from subject: String
    ) async throws -> Entry {
        guard let signUps else { throw SignUpError.closed }
        let broken = signUps.rules.broken(by: password)
        guard broken.isEmpty else { throw SignUpError.weakPassword(broken) }
        let now = clock.now()
        let day = UTCDay(now)
        let charge = try await store.charge(
            subject: "sign-up:" + subject,
            day: day,
            limit: signUps.perDay
        )
        if case .refused = charge {
            throw SignUpError.tooMany(limit: signUps.perDay, until: day.end)
        }
        let user = User(
            id: Identifier.make(prefix: "usr_", at: now),
            name: name,
            email: email.text,
            createdAt: now,
            updatedAt: now
        )
        let hash = try await hasher.hash(password)
        do {
            try await store.insert(
                user,
                password: hash,
                organization: Organization(
                    id: Identifier.make(prefix: "org_", at: now),
                    name: name,
                    plan: Self.plan,
                    createdAt: now
                ),
                webhookSecret: WebhookSecret.make()
            )
        } catch is EmailTaken {
            throw SignUpError.emailTaken
        }
        return try await open(for: user)
    }

    /// - Parameter subject: where the attempt comes from.
    /// - Throws: ``SignInError``, ``PasswordsBusy``, or what the store throws.
    public func signIn(
        email: EmailAddress,
        password: String,
        from subject: String
    ) async throws -> Entry {
        let now = clock.now()
        if let wait = limits.withLock({ $0.take(email: email.text, from: subject, at: now) }) {
            throw SignInError.tooMany(limit: wait.limit, retryAfterSeconds: wait.seconds)
        }
        let account = try await store.account(email: email.text)
        guard try await hasher.matches(password, stored: account?.password), let account else {
            throw SignInError.refused
        }
        limits.withLock { $0.giveBack(email: email.text) }
        return try await open(for: account.user)
    }

    private func open(for user: User) async throws -> Entry {
        let now = clock.now()
        let token = SessionToken()
        let session = Session(
            id: Identifier.make(prefix: "ses_", at: now),
            digest: token.digest,
            user: user.id,
            createdAt: now,
            expiresAt: now.addingTimeInterval(Self.sessionSeconds)
        )
        try await store.insert(session)
        return Entry(token: token, session: session, user: user)
    }

    /// The session of a token, if it is valid; use extends it.
    public func session(_ token: SessionToken) async throws -> SignedIn? {
        let now = clock.now()
        guard let found = try await store.session(digest: token.digest),
            now < found.session.expiresAt
        else { return nil }
        let end = now.addingTimeInterval(Self.sessionSeconds)
        guard end.timeIntervalSince(found.session.expiresAt) >= Self.extensionSeconds else {
            return found
        }
        try await store.extendSession(digest: token.digest, until: end)
        var session = found.session
        session.expiresAt = end
        return SignedIn(session: session, user: found.user)
    }

    /// - Returns: whether there was such a session.
    public func signOut(_ token: SessionToken) async throws -> Bool {
        try await store.deleteSession(digest: token.digest)
    }
}

/// Why a sign-up was refused.
public enum SignUpError: Error, Sendable, Hashable {
    /// The operator has closed sign-up.
    case closed
    case weakPassword([PasswordRule])
    case tooMany(limit: Int, until: Date)
    case emailTaken
}

/// Why a sign-in was refused.
public enum SignInError: Error, Sendable, Hashable {
    /// No such account, or another password.
    case refused
    case tooMany(limit: Int, retryAfterSeconds: Int)
}

/// The limits of sign-in attempts.
struct SignInLimits: Sendable {
    private var bySubject = AttemptLimit(limit: 20, windowSeconds: 60)
    private var byAccount = AttemptLimit(limit: 10, windowSeconds: 900)

    /// Counts one attempt.
    /// - Returns: the limit that it breaks, if any, and in how many seconds to come back.
    mutating func take(
        email: String,
        from subject: String,
        at now: Date
    ) -> (limit: Int, seconds: Int)? {
        // The address's limit is checked first, so that one address cannot lock an account for
        // long.
        if let seconds = bySubject.take(subject, at: now) { return (bySubject.limit, seconds) }
        return byAccount.take(email, at: now).map { (byAccount.limit, $0) }
    }

    /// The password was right, so the attempt does not count against the account.
    mutating func giveBack(email: String) { byAccount.giveBack(email) }
}
