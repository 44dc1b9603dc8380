import Domain
import Foundation
import Logging
import SQLiteStore
import Synchronization
import TemporaryStore
import TestSupport

@testable import Queue

/// A dispatcher with a real queue and a real store, and with fake jails and a fake clock.
///
/// Jails wait at the gate of their name, and end with the result set for it, or else with success.
struct TaskWorld: Sendable {
    /// The end of a jail.
    enum Result: Sendable {
        case exit(Int32)
        /// A fault of ours that is not retried with another jail.
        case fault
    }

    let journal: Journal
    let gates = Gates()
    let clock: AlarmClock
    let disk: TemporaryStore
    let store: ObservedStore
    let queue: ExecutionQueue
    let dispatcher: TaskDispatch
    private let results = Results()
    private let plans = PlanBoard()

    /// Creates the world; the `disk` of an earlier one shows the effect of a restart.
    init(
        slots: Int = 1,
        queueCapacity: Int = 16,
        disk: TemporaryStore? = nil,
        clock: AlarmClock = AlarmClock(),
        runtimes: [Runtime] = [.python],
        door: @escaping @Sendable (String) async throws -> Void = { _ in }
    ) async throws {
        let journal = Journal()
        self.journal = journal
        self.clock = clock
        self.disk = try disk ?? TemporaryStore()
        store = ObservedStore(self.disk.store, journal, door: door)
        let (gates, results, plans) = (gates, results, plans)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        queue = ExecutionQueue(
            provider: FakeSandbox(
                journal: journal,
                script: { jail, _, _, _ in
                    try await gates.pass(jail)
                    switch results.next(jail) {
                    case .exit(let code): return .exited(code)
                    case .fault: throw SandboxError.unavailable
                    }
                }
            ),
            runtimes: Runtimes(installed: runtimes, missing: []),
            store: store,
            slots: slots,
            queueCapacity: queueCapacity,
            clock: clock.wallClock,
            logger: logger,
            callbackBody: { _ in Data() },
            deliveriesSaved: {},
            pause: { try await clock.sleep(until: clock.date + $0) }
        )
        dispatcher = TaskDispatch(
            TaskLoop.Parts(
                executions: queue,
                store: store,
                plan: { plans[$0] },
                clock: clock.wallClock,
                logger: logger,
                callbackBody: { report in
                    let attempts = report.attempts.map(\.status.rawValue).joined(separator: ",")
                    let last = report.execution?.status.rawValue ?? "none"
                    return Data("\(report.task.status.rawValue): \(attempts); \(last)".utf8)
                },
                deliveriesSaved: { journal.record(.deliveriesSaved) },
                random: { 0.5 },
                pause: { duration in
                    // The end is computed before a test sees the pause and moves the clock.
                    let end = clock.date + duration
                    journal.record(.paused(duration))
                    try await clock.sleep(until: end)
                }
            ),
            tasksMax: slots
        )
        for id in ["org_a", "org_b"] where try await organization(id) == nil {
            try await self.disk.store.insert(
                Organization(id: id, name: id, plan: "test", createdAt: clock.date)
            )
        }
    }

    private func organization(_ id: String) async throws -> Organization? {
        try await disk.store.organization(id: id)
    }

    /// Runs the dispatcher while `body` runs.
    func run(_ body: () async throws -> Void) async throws {
        let running = Task { await dispatcher.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        await running.value
    }

    func set(_ plan: Plan?, of organization: String) { plans[organization] = plan }

    /// Sets the ends of the next jails of this name, in order.
    func set(_ results: Result..., of name: String) { self.results.set(results, of: name) }

    func submit(_ tasks: AgentTask...) async throws {
        for task in tasks { try await dispatcher.submit(task, unfinishedMax: 99) }
    }

    func task(_ name: String) async throws -> AgentTask? {
        try await store.task(id: "tsk_" + name, organization: nil)
    }

    /// Waits until the task of this name has been stored with the status this many times.
    func awaitTask(_ name: String, _ status: AgentTask.Status, times: Int = 1) async {
        await journal.wait(for: .task("tsk_" + name, status), times: times)
    }

    /// The jails in the order in which they were opened.
    var jails: [String] {
        journal.events.compactMap { if case .opened(let name) = $0 { name } else { nil } }
    }

    func charged(_ organization: String = "org_a") async throws -> Int {
        try await store.charged(subject: "org:" + organization, day: UTCDay(clock.date))
    }

    func deliveries(_ organization: String = "org_a") async throws -> [Delivery] {
        let listing = try await disk.store.deliveries(organization: organization, page: Page())
        var whole: [Delivery] = []
        for summary in listing.elements {
            let found = try await disk.store.wholeDelivery(id: summary.id)
            whole += [found].compactMap(\.self)
        }
        return whole
    }
}

private final class Results: Sendable {
    private let queues = Mutex<[String: [TaskWorld.Result]]>([:])

    func set(_ results: [TaskWorld.Result], of name: String) {
        queues.withLock { $0[name] = results }
    }

    func next(_ name: String) -> TaskWorld.Result {
        queues.withLock { queues in
            guard let first = queues[name]?.first else { return .exit(0) }
            queues[name]?.removeFirst()
            return first
        }
    }
}

/// The plans of organizations: generous unless a test sets another.
private final class PlanBoard: Sendable {
    private let plans = Mutex<[String: Plan?]>([:])

    subscript(organization: String) -> Plan? {
        get {
            let generous = Plan.test(
                Rates(perSecond: nil, perMinute: nil, perDay: 1_000, concurrent: nil)
            )
            return plans.withLock { $0[organization] } ?? generous
        }
        set { plans.withLock { $0[organization] = .some(newValue) } }
    }
}
