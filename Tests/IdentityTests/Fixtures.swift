import Domain
import Foundation
import Synchronization

@testable import Identity

/// Returns a time of the tests: seconds after a fixed time in November 2023.
func moment(_ seconds: Double) -> Date {
    Date(timeIntervalSince1970: 1_700_000_000 + seconds)
}

func plan(_ name: String) -> Plan {
    let limits = Limits { _ in 1 }
    let rates = Rates(perSecond: nil, perMinute: nil, perDay: nil, concurrent: nil)
    return Plan(name: name, rates: rates, defaults: limits, ceilings: limits)
}

/// A cost with which hashing takes almost no time.
extension PasswordHash.Cost {
    static let cheap = PasswordHash.Cost(logRounds: 4, blockSize: 1, parallelism: 1)
}

extension Authenticator {
    convenience init(
        store: any AccountStore & QuotaStore & TokenStore,
        plans: Plans,
        clock: WallClock
    ) {
        self.init(
            store: store,
            accounts: Accounts(
                store: store,
                signUps: nil,
                hasher: PasswordHasher(cost: .cheap),
                clock: clock
            ),
            tokens: AccessTokens(store: store, clock: clock),
            plans: plans,
            clock: clock
        )
    }
}

/// Returns an organization of the tests, on the plan `free`.
func organization(_ id: String = "org_a") -> Organization {
    Organization(id: id, name: id, plan: "free", createdAt: moment(-60))
}
