import Domain
import Foundation
import Logging
import SQLiteStore
import Synchronization
import TemporaryStore
import Testing

@testable import Retention

/// A store that has so many old records of each kind, and notes what it is asked.
private final class FakeStore: RetentionStore {
    struct Failure: Error {}

    struct State {
        var records: [String: Int]
        var free: Int
        var failures: Int
        var asked: [OutlivedRecord] = []
    }

    let state: Mutex<State>

    init(_ records: [String: Int], freeSteps: Int = 0, failures: Int = 0) {
        state = Mutex(State(records: records, free: freeSteps, failures: failures))
    }

    func delete(_ kind: OutlivedRecord, limit: Int) async throws -> Int {
        try state.withLock { state in
            state.asked.append(kind)
            if state.failures > 0 {
                state.failures -= 1
                throw Failure()
            }
            let deleted = min(state.records[kind.name] ?? 0, limit)
            state.records[kind.name, default: 0] -= deleted
            return deleted
        }
    }

    func giveBackSpace() async throws -> Bool {
        state.withLock { state in
            state.free -= 1
            return state.free > 0
        }
    }
}

/// Sleeps at once, and cancels the loop after so many periods.
private final class Pauses: Sendable {
    private let state: Mutex<(periods: Int, slept: [Duration])>

    init(periods: Int) { state = Mutex((periods, [])) }

    var slept: [Duration] { state.withLock(\.slept) }

    func sleep(_ duration: Duration) throws {
        try state.withLock { state in
            state.slept.append(duration)
            guard duration == .seconds(Retention.periodSeconds) else { return }
            state.periods -= 1
            if state.periods == 0 { throw CancellationError() }
        }
    }
}

@Suite struct RetentionTests {
    private static let now = Date(timeIntervalSince1970: 1_700_000_000)
    private static let limits = Limits { _ in 1 }

    private func plans(_ keepDays: [String: Int?]) throws -> Plans {
        let rates = Rates(perSecond: nil, perMinute: nil, perDay: nil, concurrent: nil)
        return try #require(
            Plans(
                keepDays.map { name, days in
                    Plan(
                        name: name,
                        rates: rates,
                        holdings: Holdings(
                            projects: 0,
                            unfinishedTasks: 0,
                            keys: 0,
                            members: 0,
                            keepDays: days
                        ),
                        defaults: Self.limits,
                        ceilings: Self.limits
                    )
                }
            )
        )
    }

    private func retention(
        _ store: any RetentionStore,
        days: Int = 30,
        plans: [String: Int?] = ["anonymous": nil],
        _ pauses: Pauses
    ) throws -> Retention {
        Retention(
            store: store,
            terms: Retention.Terms(standardDays: days, plans: try self.plans(plans)),
            clock: WallClock { Self.now },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            pause: { try pauses.sleep($0) }
        )
    }

    @Test func `old records go in batches, with a pause after each, and then it sleeps`()
        async throws
    {
        let store = FakeStore(
            ["execution": 2 * Retention.batchMax + 1, "session": Retention.batchMax],
            freeSteps: 3
        )
        let pauses = Pauses(periods: 1)
        let retention = try retention(store, pauses)
        await retention.run()
        let short = Duration.seconds(Retention.batchPauseSeconds)
        // Three batches of executions, one of sessions, and two steps that were not the last.
        #expect(
            pauses.slept
                == Array(repeating: short, count: 6) + [.seconds(Retention.periodSeconds)]
        )
        #expect(store.state.withLock { $0.records.values.allSatisfy { $0 == 0 } })
        #expect(
            retention.figures.map { "\($0.kind) \($0.deleted)" } == [
                "execution \(2 * Retention.batchMax + 1)", "idempotency_key 0", "revoked_token 0",
                "session \(Retention.batchMax)", "task 0",
            ]
        )
    }

    @Test func `a store that fails is asked again in the next period`() async throws {
        let store = FakeStore(["execution": 1, "task": 1], failures: 1)
        let pauses = Pauses(periods: 2)
        await (try retention(store, pauses)).run()
        #expect(pauses.slept.filter { $0 == .seconds(Retention.periodSeconds) }.count == 2)
        #expect(store.state.withLock { $0.records.values.allSatisfy { $0 == 0 } })
    }

    @Test func `days are counted from now, by plan where a plan says so, and 0 keeps all`()
        throws
    {
        let plans = try plans(["anonymous": nil, "free": 7, "pro": 0])
        let terms = Retention.Terms(standardDays: 30, plans: plans)
        let days = { Self.now.addingTimeInterval(-86_400 * $0) }
        #expect(
            terms.bounds(at: Self.now)
                == EndBounds(standard: days(30), byPlan: ["free": days(7), "pro": nil])
        )
        #expect(
            Retention.Terms(standardDays: 0, plans: plans).bounds(at: Self.now).standard == nil
        )
    }

    @Test func `of the real store everything goes that ended longer ago, and nothing else`()
        async throws
    {
        let disk = try TemporaryStore()
        defer { withExtendedLifetime(disk) {} }
        let store = disk.store
        let organization = Organization(id: "org_a", name: "a", plan: "free", createdAt: Self.now)
        try await store.insert(organization)
        let bound = -7 * 86_400.0
        for (id, second) in [("exe_old", bound - 1), ("exe_bound", bound), ("exe_new", bound + 1)] {
            let end = Self.now.addingTimeInterval(second)
            try await store.save(
                Execution(
                    id: id,
                    owner: .organization("org_a"),
                    request: ExecutionRequest(
                        language: "bash",
                        version: "5",
                        files: [],
                        entry: "a",
                        limits: Self.limits,
                        compileLimits: Self.limits
                    ),
                    createdAt: end,
                    state: .cancelled(startedAt: nil, finishedAt: end)
                ),
                deliveries: []
            )
        }
        let plans = ["anonymous": nil, "free": 7] as [String: Int?]
        await (try retention(store, plans: plans, Pauses(periods: 1))).run()
        let left = try await store.executions(
            organization: "org_a",
            matching: ExecutionFilter(),
            page: Page()
        )
        #expect(left.elements.map(\.id) == ["exe_new", "exe_bound"])
    }
}
