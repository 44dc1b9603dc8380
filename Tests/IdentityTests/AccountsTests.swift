import Domain
import Foundation
import SQLiteStore
import TemporaryStore
import TestSupport
import Testing

@testable import Identity

@Suite struct AccountsTests {
    private static let password = "Difference-Engine-1837"
    private let clock = ManualClock(moment(0))
    private let temporary: TemporaryStore
    private let accounts: Accounts
    private var store: any Store { temporary.store }

    init() throws {
        temporary = try TemporaryStore()
        accounts = Accounts(
            store: temporary.store,
            signUps: .init(rules: try #require(PasswordRules()), perDay: 2),
            hasher: PasswordHasher(cost: .cheap),
            clock: clock.wallClock
        )
    }

    private func signUp(
        _ email: String = "ada@example.com",
        password: String = password,
        from subject: String = "a"
    ) async throws -> Accounts.Entry {
        try await accounts.signUp(
            name: "Ada",
            email: try #require(EmailAddress(email)),
            password: password,
            from: subject
        )
    }

    private func signIn(
        _ email: String = "ada@example.com",
        password: String = password,
        from subject: String = "a"
    ) async throws -> Accounts.Entry {
        try await accounts.signIn(
            email: try #require(EmailAddress(email)),
            password: password,
            from: subject
        )
    }

    private func account() async throws -> Account? {
        try await store.account(email: "ada@example.com", from: "a", since: .distantPast)
    }

    @Test func `signing up makes a user, its organization and a session`() async throws {
        let entry = try await signUp("Ada@Example.COM")
        #expect(entry.user.email == "ada@example.com")
        let memberships = try await store.memberships(user: entry.user.id)
        #expect(memberships.map(\.organization.plan) == ["free"])
        #expect(memberships.map(\.role) == [.owner])
        #expect(try await accounts.session(entry.token)?.user == entry.user)
        let organization = try #require(memberships.first?.organization.id)
        let secret = try await store.webhookSecret(organization: organization, candidate: "x")
        #expect(secret.hasPrefix("whsec_"))
    }

    @Test func `the password and the token are nowhere in the store`() async throws {
        let entry = try await signUp()
        let stored = try #require(try await account()).password
        #expect(stored.hasPrefix("$scrypt$"))
        #expect(!stored.contains(Self.password))
        #expect(entry.session.digest == entry.token.digest)
        #expect("\(entry.token)" == "qst_[redacted]")
    }

    @Test func `an address can be taken once`() async throws {
        _ = try await signUp()
        await #expect(throws: SignUpError.emailTaken) { try await signUp("ADA@example.com") }
    }

    @Test func `a weak password costs no sign-up`() async throws {
        for password in ["Password1234!", "Summer2026!!", "Welcome12345!"] {
            await #expect(throws: SignUpError.weakPassword([.uncommon])) {
                try await signUp(password: password)
            }
        }
        for _ in 0..<3 {
            await #expect(throws: SignUpError.weakPassword([.length, .uppercase])) {
                try await signUp(password: "short-1")
            }
        }
        _ = try await signUp()
    }

    @Test func `a flood of weak passwords is stopped, and the next address signs up`()
        async throws
    {
        let limit = 12
        for number in 0..<limit {
            let password = number.isMultiple(of: 2) ? "Password1234!" : "short"
            await #expect {
                try await signUp(password: password)
            } throws: { error in
                guard case .weakPassword = error as? SignUpError else { return false }
                return true
            }
        }
        for password in ["Password1234!", "short", Self.password] {
            let refusal = SignUpError.tooManyAttempts(limit: limit, retryAfterSeconds: 50)
            await #expect(throws: refusal) { try await signUp(password: password) }
        }
        _ = try await signUp("bob@example.com", from: "b")
        clock.advance(seconds: 50)
        _ = try await signUp()
    }

    @Test func `an address signs up so many in a day, and as many the next`() async throws {
        for number in 0..<2 { _ = try await signUp("\(number)@example.com") }
        await #expect(throws: SignUpError.tooMany(limit: 2, until: UTCDay(moment(0)).end)) {
            try await signUp("2@example.com")
        }
        _ = try await signUp("3@example.com", from: "b")
        clock.advance(seconds: 86_400)
        _ = try await signUp("2@example.com")
    }

    @Test func `where sign-ups are closed nobody signs up`() async throws {
        let closed = Accounts(store: store, signUps: nil, clock: clock.wallClock)
        await #expect(throws: SignUpError.closed) {
            try await closed.signUp(
                name: "Ada",
                email: try #require(EmailAddress("ada@example.com")),
                password: Self.password,
                from: "a"
            )
        }
    }

    @Test func `an unknown address and a wrong password are answered alike`() async throws {
        _ = try await signUp()
        #expect(try await signIn().user.name == "Ada")
        await #expect(throws: SignInError.refused) { try await signIn(password: "x") }
        await #expect(throws: SignInError.refused) { try await signIn("bob@example.com") }
    }

    @Test func `a session ends a week after its last use`() async throws {
        let entry = try await signUp()
        clock.advance(seconds: 6 * 86_400)
        #expect(try await accounts.session(entry.token) != nil)
        clock.advance(seconds: 7 * 86_400 - 1)
        #expect(try await accounts.session(entry.token) != nil)
        clock.advance(seconds: 7 * 86_400)
        #expect(try await accounts.session(entry.token) == nil)
    }

    @Test func `signing out ends the session, once`() async throws {
        let entry = try await signUp()
        let other = try await signIn()
        #expect(try await accounts.signOut(entry.token))
        #expect(try await accounts.signOut(entry.token) == false)
        #expect(try await accounts.session(entry.token) == nil)
        #expect(try await accounts.session(other.token) != nil)
    }
}

@Suite struct NameTests {
    @Test(arguments: [
        "ada@example.com", "a.b+c@sub.example.co", "o'hara@x-y.org", "é@example.com",
        String(repeating: "a", count: 64) + "@example.com",
    ])
    func `an address is taken in small letters`(text: String) {
        #expect(EmailAddress(text.uppercased())?.text == text.uppercased().lowercased())
    }

    @Test(arguments: [
        "", "@", "ada", "ada@", "@example.com", "ada@localhost", "a b@example.com", "a@b@c.de",
        "ada@example..com", "ada@-example.com", "ada@example-.com", "<ada@example.com>",
        "ada@exa mple.com", "ada\n@example.com", "ada@exämple.com",
        String(repeating: "a", count: 65) + "@example.com",
        "a@" + String(repeating: "b.", count: 130) + "com",
    ])
    func `what is no address is refused`(text: String) {
        #expect(EmailAddress(text) == nil)
    }
}

@Suite struct SessionTokenTests {
    @Test func `a token is read as it was made`() throws {
        let token = SessionToken()
        #expect(token.plaintext.wholeMatch(of: /qst_[0-9A-Za-z]{40}/) != nil)
        #expect(SessionToken(token.plaintext)?.digest == token.digest)
        #expect(SessionToken(token.plaintext + "a") == nil)
        #expect(SessionToken("qst_" + String(repeating: "-", count: 40)) == nil)
        #expect(SessionToken(KeySecret().plaintext) == nil)
    }
}
