public import Domain
public import Foundation
import Synchronization

/// The rules for sign-up, sign-in, sessions and sign-out.
///
/// An unknown address and a wrong password get the same answer after the same time. ``GuessLimits``
/// counts the guesses at an account, even if the account does not exist. Sign-ups are counted per
/// client address and day, on disk, because each brings a quota. Attempts to sign up are counted in
/// memory, weak passwords included.
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
    private let guesses = Mutex(GuessLimits())
    private let attempts = Mutex(TokenBuckets())

    /// The time after a sign-in for which an account knows the address.
    static let knownSeconds: TimeInterval = 30 * 86_400

    /// The conditions of sign-up.
    public struct SignUps: Sendable {
        public let rules: PasswordRules
        /// The maximum number of sign-ups per address and day.
        public let perDay: Int

        public init(rules: PasswordRules, perDay: Int) {
            self.rules = rules
            self.perDay = perDay
        }

        /// The rate of one address's attempts, with some more for those who must find a password
        /// that keeps the rules.
        var attempts: TokenBuckets.Rate { .init(tokens: perDay + 10, seconds: 600) }
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
        let now = clock.now()
        try count(signUps.attempts, from: subject, at: now)
        let caller = PasswordCaller(address: subject, isAddressKnown: false)
        try await check(password, by: signUps.rules, for: caller)
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
        let hash = try await hasher.hash(password, for: caller)
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
        return try await open(for: user, from: subject)
    }

    private func count(
        _ rate: TokenBuckets.Rate,
        from subject: String,
        at now: Date
    ) throws(SignUpError) {
        let wait = attempts.withLock { $0.take(of: subject, under: rate, at: now) }
        guard let wait else { return }
        throw .tooManyAttempts(limit: rate.tokens, retryAfterSeconds: Int(wait.rounded(.up)))
    }

    /// Checks the plain rules first: the dictionary takes a place in the hasher's line.
    private func check(
        _ password: String,
        by rules: PasswordRules,
        for caller: PasswordCaller
    ) async throws {
        let plain = PasswordRules.plainlyBroken(by: password)
        guard plain.isEmpty else { throw SignUpError.weakPassword(plain) }
        let broken = try await hasher.pool.run(for: caller) { rules.broken(by: password) }
        guard broken.isEmpty else { throw SignUpError.weakPassword(broken) }
    }

    /// - Parameter subject: the client address of the attempt.
    /// - Throws: ``SignInError``, ``PasswordsBusy``, or what the store throws.
    public func signIn(
        email: EmailAddress,
        password: String,
        from subject: String
    ) async throws -> Entry {
        let now = clock.now()
        if let wait = guesses.withLock({ $0.attempt(from: subject, at: now) }) {
            throw SignInError(wait)
        }
        let account = try await store.account(
            email: email.text,
            from: subject,
            since: now.addingTimeInterval(-Self.knownSeconds)
        )
        let guess = GuessLimits.Guess(
            email: email.text,
            caller: PasswordCaller(
                address: subject,
                isAddressKnown: account?.isAddressKnown ?? false
            )
        )
        if let wait = guesses.withLock({ $0.take(guess, at: now) }) { throw SignInError(wait) }
        guard try await isRight(password, of: account, guess), let account else {
            throw SignInError.refused
        }
        return try await open(for: account.user, from: subject)
    }

    /// Checks a password, and uncounts the guess unless the password was wrong.
    private func isRight(
        _ password: String,
        of account: Account?,
        _ guess: GuessLimits.Guess
    ) async throws -> Bool {
        var isWrong = false
        defer {
            let now = clock.now()
            if !isWrong { guesses.withLock { $0.giveBack(guess, at: now) } }
        }
        let isRight = try await hasher.matches(
            password,
            stored: account?.password,
            for: guess.caller
        )
        isWrong = !isRight
        return isRight
    }

    private func open(for user: User, from subject: String) async throws -> Entry {
        let now = clock.now()
        let token = SessionToken()
        let session = Session(
            id: Identifier.make(prefix: "ses_", at: now),
            digest: token.digest,
            user: user.id,
            createdAt: now,
            expiresAt: now.addingTimeInterval(Self.sessionSeconds)
        )
        try await store.insert(session, from: subject)
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
    case tooManyAttempts(limit: Int, retryAfterSeconds: Int)
    case emailTaken
}

/// The reason why a sign-in was refused.
public enum SignInError: Error, Sendable, Hashable {
    /// The account does not exist, or the password is wrong.
    case refused
    case tooMany(limit: Int, retryAfterSeconds: Int)

    init(_ wait: GuessLimits.Wait) {
        self = .tooMany(limit: wait.limit, retryAfterSeconds: wait.seconds)
    }
}
