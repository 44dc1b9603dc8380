import Domain
import Foundation

/// The limits on guessing passwords.
///
/// A guess counts against the address that makes it, and against that address at that account. So
/// an attacker cannot lock the owner out from elsewhere. Addresses that the account does not know
/// share one more rate. It bounds how often a thousand addresses together can guess. It does not
/// concern the addresses from which the account was opened lately: unlike a cookie, they also serve
/// clients that are no browsers, and need no secret. While such an attack lasts, an owner at a new
/// address may have to try again.
///
/// Nobody can lock anybody out for good: every rate refills steadily.
struct GuessLimits: Sendable {
    /// One address, at all accounts together.
    static let byAddress = TokenBuckets.Rate(tokens: 20, seconds: 60)
    /// One address at one account, and all unknown addresses at one account.
    static let byAccount = TokenBuckets.Rate(tokens: 10, seconds: 900)

    private var addresses = TokenBuckets()
    // These count wrong passwords only, and the hash bounds how many of them there are. So nobody
    // can flood out an account's count before it has refilled.
    private var pairs = TokenBuckets()
    private var strangers = TokenBuckets()

    /// A guess at one account.
    struct Guess: Sendable {
        let email: String
        let caller: PasswordCaller

        fileprivate var pair: String { email + "\n" + caller.address }
    }

    /// The reason why an attempt must wait.
    struct Wait: Sendable, Hashable {
        let limit: Int
        let seconds: Int

        fileprivate init?(_ rate: TokenBuckets.Rate, _ seconds: Double?) {
            guard let seconds else { return nil }
            limit = rate.tokens
            self.seconds = max(1, Int(seconds.rounded(.up)))
        }
    }

    /// Counts an attempt of an address, before anything is looked up.
    mutating func attempt(from address: String, at now: Date) -> Wait? {
        let rate = Self.byAddress
        return Wait(rate, addresses.take(of: address, under: rate, at: now))
    }

    /// Counts a guess as wrong, before the password is checked: many checks may run at once.
    mutating func take(_ guess: Guess, at now: Date) -> Wait? {
        let rate = Self.byAccount
        if let seconds = pairs.take(of: guess.pair, under: rate, at: now) {
            return Wait(rate, seconds)
        }
        guard !guess.caller.isAddressKnown else { return nil }
        guard let seconds = strangers.take(of: guess.email, under: rate, at: now) else {
            return nil
        }
        pairs.giveBack(of: guess.pair, under: rate, at: now)
        return Wait(rate, seconds)
    }

    /// Uncounts a guess that was right, or was not made.
    mutating func giveBack(_ guess: Guess, at now: Date) {
        let rate = Self.byAccount
        pairs.giveBack(of: guess.pair, under: rate, at: now)
        guard !guess.caller.isAddressKnown else { return }
        strangers.giveBack(of: guess.email, under: rate, at: now)
    }
}
