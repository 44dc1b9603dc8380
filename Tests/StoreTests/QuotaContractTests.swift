import Domain
import Foundation
import Testing

@Suite struct QuotaContractTests {
    private let today = UTCDay(moment(0))
    private let tomorrow = UTCDay(moment(86_400))

    @Test(arguments: Adapter.allCases)
    func `charges count up to the limit and are refused above it`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            #expect(
                try await store.charge(subject: "ip:a", day: today, limit: 2) == .accepted(count: 1)
            )
            #expect(
                try await store.charge(subject: "ip:a", day: today, limit: 2) == .accepted(count: 2)
            )
            #expect(
                try await store.charge(subject: "ip:a", day: today, limit: 2) == .refused(count: 2)
            )
            #expect(try await store.charged(subject: "ip:a", day: today) == 2)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a limit of nothing refuses the first`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            #expect(
                try await store.charge(subject: "ip:a", day: today, limit: 0) == .refused(count: 0)
            )
            #expect(try await store.charged(subject: "ip:a", day: today) == 0)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a lowered limit refuses and counts nothing`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            for _ in 0..<3 { _ = try await store.charge(subject: "org:a", day: today, limit: 5) }
            #expect(
                try await store.charge(subject: "org:a", day: today, limit: 1) == .refused(count: 3)
            )
            #expect(try await store.charged(subject: "org:a", day: today) == 3)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `subjects and days are counted apart`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            _ = try await store.charge(subject: "ip:a", day: today, limit: 1)
            #expect(
                try await store.charge(subject: "ip:b", day: today, limit: 1) == .accepted(count: 1)
            )
            #expect(
                try await store.charge(subject: "ip:a", day: tomorrow, limit: 1)
                    == .accepted(count: 1)
            )
            #expect(try await store.charged(subject: "ip:c", day: today) == 0)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a hundred at once with a limit of ten let exactly ten through`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let day = today
            let accepted = try await withThrowingTaskGroup(of: Charge.self) { group in
                for _ in 0..<100 {
                    group.addTask { try await store.charge(subject: "ip:a", day: day, limit: 10) }
                }
                return try await group.reduce(into: Set<Int>()) { counts, charge in
                    if case .accepted(let count) = charge { counts.insert(count) }
                }
            }
            #expect(accepted == Set(1...10))
            #expect(try await store.charged(subject: "ip:a", day: today) == 10)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a refund lets one more through and never goes below zero`(_ adapter: Adapter) async throws
    {
        try await adapter.withStore { store async throws in
            _ = try await store.charge(subject: "ip:a", day: today, limit: 1)
            try await store.refund(subject: "ip:a", day: today)
            try await store.refund(subject: "ip:a", day: today)
            try await store.refund(subject: "ip:b", day: today)
            #expect(try await store.charged(subject: "ip:a", day: today) == 0)
            #expect(try await store.charged(subject: "ip:b", day: today) == 0)
            #expect(
                try await store.charge(subject: "ip:a", day: today, limit: 1) == .accepted(count: 1)
            )
        }
    }

    @Test(arguments: Adapter.allCases)
    func `what was charged before midnight can be given back after it`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for _ in 0..<2 { _ = try await store.charge(subject: "ip:a", day: today, limit: 5) }
            _ = try await store.charge(subject: "ip:a", day: tomorrow, limit: 5)
            try await store.refund(subject: "ip:a", day: today)
            #expect(try await store.charged(subject: "ip:a", day: today) == 1)
            #expect(try await store.charged(subject: "ip:a", day: tomorrow) == 1)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a caller who hangs up does not undo its charge`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let day = today
            let charging = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await store.charge(subject: "ip:a", day: day, limit: 5)
            }
            #expect(try await charging.value == .accepted(count: 1))
            #expect(try await store.charged(subject: "ip:a", day: today) == 1)
        }
    }
}
