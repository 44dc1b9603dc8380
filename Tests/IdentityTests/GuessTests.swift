import Domain
import Foundation
import TemporaryStore
import TestSupport
import Testing

@testable import Identity

/// Attacks on accounts, with the whole of ``Accounts`` on a real store.
@Suite struct GuessTests {
    private static let password = "Difference-Engine-1837"
    private static let home = "192.0.2.1"
    private let clock = ManualClock(moment(0))
    private let temporary: TemporaryStore
    private let accounts: Accounts

    init() throws {
        temporary = try TemporaryStore()
        accounts = Accounts(
            store: temporary.store,
            signUps: .init(rules: try #require(PasswordRules()), perDay: 2),
            hasher: PasswordHasher(cost: .cheap),
            clock: clock.wallClock
        )
    }

    private enum Outcome: Hashable { case entered, refused, waits }

    private func signIn(
        _ email: String = "ada@example.com",
        password: String = password,
        from address: String
    ) async throws -> Outcome {
        do {
            _ = try await accounts.signIn(
                email: try #require(EmailAddress(email)),
                password: password,
                from: address
            )
            return .entered
        } catch SignInError.refused {
            return .refused
        } catch SignInError.tooMany {
            return .waits
        }
    }

    private func guess(
        _ email: String = "ada@example.com",
        from address: String
    ) async throws -> Outcome {
        try await signIn(email, password: "wrong", from: address)
    }

    private func signUp() async throws {
        _ = try await accounts.signUp(
            name: "Ada",
            email: try #require(EmailAddress("ada@example.com")),
            password: Self.password,
            from: Self.home
        )
    }

    @Test func `a thousand addresses guess at an account, and its owner signs in`() async throws {
        try await signUp()
        var outcomes: [Outcome: Int] = [:]
        for number in 0..<1_000 {
            outcomes[try await guess(from: "2001:db8:0:\(number)::/64"), default: 0] += 1
            if number.isMultiple(of: 100) {
                #expect(try await signIn(from: Self.home) == .entered)
            }
        }
        #expect(outcomes == [.refused: 10, .waits: 990])
        // The right password from a new address waits while the attack lasts, and a minute and a
        // half after it does not.
        #expect(try await signIn(from: "198.51.100.1") == .waits)
        clock.advance(seconds: 90)
        #expect(try await signIn(from: "198.51.100.1") == .entered)
        #expect(try await guess(from: "2001:db8::/64") == .refused)
    }

    @Test func `however many addresses guess, a day has room for 970 guesses`() async throws {
        try await signUp()
        var guesses = 0
        // Addresses that never came before try every five minutes.
        for step in 0..<288 {
            for number in 0..<12 {
                let address = "2001:db8:\(step):\(number)::/64"
                if try await guess(from: address) == .refused { guesses += 1 }
            }
            clock.advance(seconds: 300)
        }
        #expect((960...970).contains(guesses))
    }

    @Test(arguments: ["ada@example.com", "nobody@example.com"])
    func `an address has ten guesses at an account, known or not, taken or not`(
        email: String
    ) async throws {
        try await signUp()
        for address in [Self.home, "198.51.100.1"] {
            for _ in 0..<10 { #expect(try await guess(email, from: address) == .refused) }
            #expect(try await guess(email, from: address) == .waits)
            clock.advance(seconds: 90)
            #expect(try await guess(email, from: address) == .refused)
            clock.advance(seconds: 900)
        }
    }

    @Test func `one address tries twenty times a minute, at all accounts together`() async throws {
        for number in 0..<20 {
            #expect(try await guess("\(number)@example.com", from: "a") == .refused)
        }
        #expect(try await guess("20@example.com", from: "a") == .waits)
        #expect(try await guess("20@example.com", from: "b") == .refused)
        clock.advance(seconds: 3)
        #expect(try await guess("20@example.com", from: "a") == .refused)
    }

    @Test func `signing in rightly does not count as guessing`() async throws {
        try await signUp()
        for number in 0..<30 { #expect(try await signIn(from: "\(number)") == .entered) }
    }

    @Test func `an account forgets an address a month after the last sign-in`() async throws {
        try await signUp()
        for (days, outcome) in [(30, Outcome.entered), (31, .waits)] {
            clock.advance(seconds: Double(days) * 86_400)
            for number in 0..<10 { _ = try await guess(from: "\(days) \(number)") }
            #expect(try await signIn(from: Self.home) == outcome)
        }
    }
}

@Suite struct GuessLimitTests {
    private func guess(_ email: String, _ address: String) -> GuessLimits.Guess {
        .init(email: email, caller: PasswordCaller(address: address, isAddressKnown: false))
    }

    @Test func `a guess that was not made leaves nothing behind`() {
        var limits = GuessLimits()
        for number in 0..<100 {
            let guess = guess("ada@example.com", "\(number)")
            #expect(limits.take(guess, at: moment(0)) == nil)
            limits.giveBack(guess, at: moment(0))
        }
        for number in 0..<10 {
            #expect(limits.take(guess("ada@example.com", "\(number)"), at: moment(0)) == nil)
        }
        let late = limits.take(guess("ada@example.com", "0"), at: moment(0))
        #expect(late?.limit == 10)
        #expect(late?.seconds == 90)
    }
}

@Suite struct PasswordLineTests {
    private func caller(_ address: String, isKnown: Bool = false) -> PasswordCaller {
        PasswordCaller(address: address, isAddressKnown: isKnown)
    }

    @Test func `one address cannot fill the line`() {
        var line = PasswordLine<String>()
        let entered = (0..<10).map { line.enter("a\($0)", of: caller("a")) }
        #expect(entered == Array(repeating: true, count: 4) + Array(repeating: false, count: 6))
        #expect(line.enter("b0", of: caller("b")) == true)
        #expect((0..<6).map { _ in line.next() } == ["a0", "b0", "a1", "a2", "a3", nil])
        #expect(line.enter("a4", of: caller("a")) == true)
    }

    @Test func `strangers who fill their line do not fill that of known addresses`() {
        var line = PasswordLine<String>()
        let entered = (0..<100).map { line.enter("s\($0)", of: caller("\($0 % 50)")) }
        #expect(entered.count { $0 } == 64)
        #expect(line.enter("k0", of: caller("home", isKnown: true)) == true)
        #expect(line.enter("k1", of: caller("home", isKnown: true)) == true)
        let served = (0..<66).compactMap { _ in line.next() }
        #expect(served.count == 66)
        // The lines take turns.
        #expect(served.prefix(4).count { $0.hasPrefix("k") } == 2)
        #expect(line.next() == nil)
    }

    @Test func `while a flooder's passwords are hashed, the neighbour still gets in`()
        async throws
    {
        let pool = PasswordPool(threads: 1)
        let gate = Gate()
        let caller = caller("flooder")
        // The first one runs; the others wait until it ends.
        let flood = (0..<10).map { _ in
            Task.immediate { try await pool.run(for: caller) { gate.wait() } }
        }
        let neighbour = Task.immediate { [neighbour = self.caller("neighbour")] in
            try await pool.run(for: neighbour) { "in" }
        }
        for task in flood.suffix(5) {
            await #expect(throws: PasswordsBusy()) { try await task.value }
        }
        gate.open()
        #expect(try await neighbour.value == "in")
        for task in flood.prefix(5) { try await task.value }
    }

    @Test func `what a job throws reaches its caller, and the thread goes on`() async throws {
        let pool = PasswordPool(threads: 2)
        for number in 0..<20 {
            let caller = caller("\(number % 3)")
            await #expect(throws: CancellationError.self) {
                try await pool.run(for: caller) { throw CancellationError() }
            }
            #expect(try await pool.run(for: caller) { number } == number)
        }
    }
}
