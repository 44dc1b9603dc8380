import Domain
import Foundation
import Synchronization

@testable import Identity

/// A moment of the tests: seconds after the autumn of 2023.
func moment(_ seconds: Double) -> Date {
    Date(timeIntervalSince1970: 1_700_000_000 + seconds)
}

func plan(_ name: String) -> Plan {
    let limits = Limits { _ in 1 }
    let rates = Rates(perSecond: nil, perMinute: nil, perDay: nil, concurrent: nil)
    return Plan(name: name, rates: rates, defaults: limits, ceilings: limits)
}

/// A clock that stands still until it is moved.
final class ManualClock: Sendable {
    private let date: Mutex<Date>

    init(_ date: Date) { self.date = Mutex(date) }

    func advance(_ seconds: Double) {
        date.withLock { $0.addTimeInterval(seconds) }
    }

    var wall: WallClock {
        WallClock { self.date.withLock { $0 } }
    }
}

/// Keys in memory.
///
/// Each use that is written down also comes out of `touches`.
final class MemoryStore: Store {
    struct Unreachable: Error {}

    let touches: AsyncStream<String>
    private let touched: AsyncStream<String>.Continuation
    private let stored = Mutex<[APIKey]>([])
    private let isDown: Bool

    init(isDown: Bool = false) {
        (touches, touched) = AsyncStream.makeStream()
        self.isDown = isDown
    }

    func insert(_ key: APIKey) async throws {
        if isDown { throw Unreachable() }
        stored.withLock { $0.append(key) }
    }

    func key(digest: Data) async throws -> APIKey? {
        if isDown { throw Unreachable() }
        return stored.withLock { keys in keys.first { $0.digest == digest } }
    }

    func keys() async throws -> [APIKey] { stored.withLock { $0 } }

    func revokeKey(id: String, at date: Date) async throws -> Bool {
        update(id) { $0.revokedAt = date }
    }

    func touchKey(id: String, at date: Date) async throws {
        _ = update(id) { $0.lastUsedAt = date }
        touched.yield(id)
    }

    private func update(_ id: String, _ change: (inout APIKey) -> Void) -> Bool {
        stored.withLock { keys in
            guard let index = keys.firstIndex(where: { $0.id == id }) else { return false }
            change(&keys[index])
            return true
        }
    }
}

/// What identity has no business with.
extension MemoryStore {
    func charge(subject: String, day: UTCDay, limit: Int) async throws -> Charge {
        throw Unreachable()
    }
    func refund(subject: String, day: UTCDay) async throws { throw Unreachable() }
    func charged(subject: String, day: UTCDay) async throws -> Int { throw Unreachable() }
    func save(_ execution: Execution, deliveries: [Delivery]) async throws { throw Unreachable() }
    func execution(id: String, organization: String) async throws -> Execution? {
        throw Unreachable()
    }
    func executions(
        organization: String,
        matching: ExecutionFilter,
        page: Page
    ) async throws
        -> Listing<Execution>
    { throw Unreachable() }
    func unfinishedExecutions() async throws -> [Execution] { throw Unreachable() }
    func claim(
        idempotencyKey: String,
        organization: String,
        fingerprint: Data,
        execution: String,
        at date: Date,
        expiry: Date
    ) async throws -> IdempotencyClaim { throw Unreachable() }
    func release(idempotencyKey: String, organization: String) async throws { throw Unreachable() }
    func save(_ delivery: Delivery) async throws { throw Unreachable() }
    func delivery(id: String, organization: String) async throws -> Delivery? {
        throw Unreachable()
    }
    func deliveries(organization: String, page: Page) async throws -> Listing<Delivery> {
        throw Unreachable()
    }
    func dueDeliveries(
        at date: Date,
        limit: Int,
        excluding organizations: Set<String>
    ) async throws -> [Delivery] { throw Unreachable() }
    func nextDeliveryDate() async throws -> Date? { throw Unreachable() }
    func webhookSecret(organization: String, candidate: String) async throws -> String {
        throw Unreachable()
    }
    func ping() async throws { throw Unreachable() }
}
