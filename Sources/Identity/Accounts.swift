public import Domain
public import Foundation
import Synchronization

/// The rules for sign-up, sign-in, sessions and sign-out.
///
/// An unknown address and a wrong password get the same answer after the same time. Attempts are
/// counted per client address and per account, even if the account does not exist. Sign-ups are
/// counted per client address and day, on disk, because each brings a quota.
public final class Accounts: Sendable {
    /// The plan of a new user's organization.
    public static let plan = "free"
    public static let sessionSeconds: TimeInterval = 7 * 86_400
    /// The minimum time between two extensions of a session; use extends it.
    static let extensionSeconds: TimeInterval = 86_400

    private let store: any AccountStore & QuotaStore
    private let signUps: SignUps?
    private let hasher: PasswordHasher
    private let clock: WallClock
    private let limits = Mutex(SignInLimits())

    /// The conditions of sign-up.
    public struct SignUps: Sendable {
        public let rules: PasswordRules
        /// The maximum number of sign-ups per address and day.
        public let perDay: Int

        public init(rules: PasswordRules, perDay: Int) {
            self.rules = rules
            self.perDay = perDay
        }
    }

    /// - Parameter signUps: `nil` if sign-up is closed.
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

    /// Creates a user, an organization of its own with a webhook secret, and a session.
    ///
    /// - Parameters:
    ///   - name: a name that ``DisplayName`` accepts.
    ///   - subject: the client address of the attempt.
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

    /// - Parameter subject: the client address of the attempt.
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

    /// Returns the session of a token if it is valid, and extends it.
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

    /// - Returns: whether the session existed.
    public func signOut(_ token: SessionToken) async throws -> Bool {
        try await store.deleteSession(digest: token.digest)
    }
}

/// The reason why a sign-up was refused.
public enum SignUpError: Error, Sendable, Hashable {
    /// The operator has closed sign-up.
    case closed
    case weakPassword([PasswordRule])
    case tooMany(limit: Int, until: Date)
    case emailTaken
}

/// The reason why a sign-in was refused.
public enum SignInError: Error, Sendable, Hashable {
    /// The account does not exist, or the password is wrong.
    case refused
    case tooMany(limit: Int, retryAfterSeconds: Int)
}

/// The limits of sign-in attempts.
struct SignInLimits: Sendable {
    private var bySubject = AttemptLimit(limit: 20, windowSeconds: 60)
    private var byAccount = AttemptLimit(limit: 10, windowSeconds: 900)

    /// Counts one attempt.
    /// - Returns: the limit that it exceeds, if any, and the seconds until the next attempt is
    ///   allowed.
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

    /// Uncounts an attempt against the account, because its password was right.
    mutating func giveBack(email: String) { byAccount.giveBack(email) }
}
