import Domain
import Foundation
import Testing

@Suite struct TaskContractTests {
    @Test(arguments: Adapter.allCases)
    func `a task is read as it was taken in, by its own organization alone`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let task = sampleTask("tsk_1")
            try await store.insert(task, unfinishedMax: 9)
            #expect(try await store.task(id: "tsk_1", organization: "org_a") == task)
            #expect(try await store.task(id: "tsk_1", organization: nil) == task)
            #expect(try await store.task(id: "tsk_1", organization: "org_b") == nil)
            #expect(try await store.task(id: "tsk_2", organization: nil) == nil)
        }
    }

    private static let attempt = AgentTask.Attempt(execution: "exe_1", startedAt: moment(5.25))
    static let states: [AgentTask.State] = [
        .scheduled(at: moment(7)), .queued, .running(attempt),
        .ended(.succeeded, last: attempt, at: moment(8)),
        .ended(.failed, last: attempt, at: moment(8)),
        .ended(.deadLetter, last: attempt, at: moment(8)),
        .ended(.cancelled, last: attempt, at: moment(8)),
        .ended(.cancelled, last: nil, at: moment(8)),
    ]

    @Test(arguments: Adapter.allCases, states)
    func `a task is read as it was changed`(
        _ adapter: Adapter,
        _ state: AgentTask.State
    ) async throws {
        try await adapter.withStore { store async throws in
            let known = sampleTask("tsk_1")
            try await store.insert(known, unfinishedMax: 9)
            var task = known
            task.state = state
            task.attempts = 2
            task.attemptsLeft = 1
            #expect(try await store.change(known, to: task, deliveries: []))
            #expect(try await store.task(id: "tsk_1", organization: "org_a") == task)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `who knows a task otherwise than it is changes nothing`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            var task = sampleTask("tsk_1", state: .scheduled(at: moment(7)))
            try await store.insert(task, unfinishedMax: 9)
            let ended = sampleTask("tsk_1", state: .ended(.cancelled, last: nil, at: moment(8)))
            let changes: [(inout AgentTask) -> Void] = [
                { $0.state = .queued }, { $0.state = .scheduled(at: moment(8)) },
                { $0.attempts += 1 }, { $0.attemptsLeft -= 1 },
            ]
            for change in changes {
                var other = task
                change(&other)
                #expect(try await !store.change(other, to: ended, deliveries: []))
                #expect(try await !store.revive(other, as: ended, unfinishedMax: 9))
            }
            let running = sampleTask("tsk_1", state: .running(Self.attempt))
            #expect(try await store.change(task, to: running, deliveries: []))
            task.state = .running(.init(execution: "exe_2", startedAt: moment(5)))
            #expect(try await !store.change(task, to: ended, deliveries: []))
            #expect(try await store.task(id: "tsk_1", organization: nil) == running)
        }
    }

    /// Returns the start of a task's attempt with this number, and the attempt's execution.
    private func start(_ number: Int) -> (attempt: TaskStart, execution: Execution) {
        let task = sampleTask("tsk_1")
        var running = task
        let id = "exe_\(number)"
        running.state = .running(AgentTask.Attempt(execution: id, startedAt: moment(5)))
        return (
            TaskStart(known: task, running: running), sampleAttempt(id, of: "tsk_1")
        )
    }

    @Test(arguments: Adapter.allCases)
    func `of many who would begin a task one does, and one execution is written`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            try await store.insert(sampleTask("tsk_1"), unfinishedMax: 9)
            let begun = try await withThrowingTaskGroup(of: Int?.self) { group in
                for number in 0..<20 {
                    let (attempt, execution) = start(number)
                    group.addTask {
                        do {
                            let worker = number.isMultiple(of: 2) ? "a" : "b"
                            try await store.begin(attempt, as: execution, by: worker)
                            return number
                        } catch is TaskChanged {
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
            }
            #expect(begun.count == 1)
            let unfinished = try await store.takenUp()
            #expect(unfinished.map(\.id) == begun.map { "exe_\($0)" })
            let task = try await store.task(id: "tsk_1", organization: nil)
            #expect(task == start(try #require(begun.first)).attempt.running)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a task that is gone is not begun, and no execution is written`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let (attempt, execution) = start(1)
            await #expect(throws: ProjectGone()) {
                try await store.begin(attempt, as: execution, by: nil)
            }
            #expect(try await store.takenUp().isEmpty)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an end is stored with what it owes, or not at all`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let task = sampleTask("tsk_1")
            try await store.insert(task, unfinishedMax: 9)
            var ended = task
            ended.state = .ended(.failed, last: Self.attempt, at: moment(8))
            let owed = sampleDelivery("msg_1", subject: .task("tsk_1"))
            let strayed = sampleDelivery("msg_2", subject: .task("tsk_of_nobody"))
            await #expect(throws: (any Error).self) {
                try await store.change(task, to: ended, deliveries: [owed, strayed])
            }
            #expect(try await store.task(id: "tsk_1", organization: nil) == task)
            #expect(try await store.delivery(id: "msg_1", organization: "org_a") == nil)

            #expect(try await store.change(task, to: ended, deliveries: [owed]))
            #expect(try await store.wholeDelivery(id: "msg_1") == owed)
            let late = sampleDelivery("msg_3", subject: .task("tsk_1"))
            #expect(try await !store.change(task, to: ended, deliveries: [late]))
            #expect(try await store.delivery(id: "msg_3", organization: "org_a") == nil)
        }
    }

    // MARK: The number of unfinished tasks

    @Test(arguments: Adapter.allCases)
    func `an organization has at most so many unfinished tasks`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let first = sampleTask("tsk_1")
            try await store.insert(first, unfinishedMax: 2)
            try await store.insert(
                sampleTask("tsk_2", state: .scheduled(at: moment(7))),
                unfinishedMax: 2
            )
            await #expect(throws: TooManyTasks(limit: 2)) {
                try await store.insert(sampleTask("tsk_3"), unfinishedMax: 2)
            }
            try await store.insert(sampleTask("tsk_4", organization: "org_b"), unfinishedMax: 2)
            let ended = sampleTask("tsk_1", state: .ended(.cancelled, last: nil, at: moment(8)))
            #expect(try await store.change(first, to: ended, deliveries: []))
            try await store.insert(sampleTask("tsk_3"), unfinishedMax: 2)
            await #expect(throws: TooManyTasks(limit: 2)) {
                try await store.revive(ended, as: first, unfinishedMax: 2)
            }
            #expect(try await store.revive(ended, as: first, unfinishedMax: 3))
            #expect(try await store.task(id: "tsk_1", organization: nil) == first)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `of a hundred at once exactly as many are taken in as may be`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let taken = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<100 {
                    group.addTask {
                        let task = sampleTask("tsk_\(number)")
                        do {
                            try await store.insert(task, unfinishedMax: 10)
                            return true
                        } catch {
                            return false
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(taken == 10)
            #expect(try await store.taskCounts()[.queued] == 10)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a task of a project that is not there is not taken in`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            var task = sampleTask("tsk_1")
            task = AgentTask(
                id: task.id,
                organization: task.organization,
                order: {
                    var order = task.order
                    order.request.project = "prj_1"
                    return order
                }(),
                createdAt: task.createdAt
            )
            await #expect(throws: ProjectGone()) { try await store.insert(task, unfinishedMax: 9) }
            #expect(try await store.task(id: "tsk_1", organization: nil) == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `unfinished tasks are counted by status`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            #expect(try await store.taskCounts() == [.scheduled: 0, .queued: 0, .running: 0])
            for (index, state) in Self.states.enumerated() {
                try await store.insert(sampleTask("tsk_\(index)", state: state), unfinishedMax: 9)
            }
            try await store.insert(sampleTask("tsk_9"), unfinishedMax: 9)
            #expect(try await store.taskCounts() == [.scheduled: 1, .queued: 2, .running: 1])
        }
    }

    // MARK: Attempts

    @Test(arguments: Adapter.allCases)
    func `a task's attempts are its executions, the newest of them, in order`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for id in ["tsk_1", "tsk_2"] {
                try await store.insert(sampleTask(id), unfinishedMax: 9)
            }
            for (number, task) in [(1, "tsk_1"), (2, "tsk_2"), (3, "tsk_1"), (4, "tsk_1")] {
                try await store.save(
                    sampleAttempt(
                        "exe_\(number)",
                        of: task,
                        createdAt: moment(Double(number)),
                        state: number == 4 ? .queued : finished(.exited(code: 1))
                    ),
                    deliveries: []
                )
            }
            let attempts = try await store.attempts(task: "tsk_1", limit: 9)
            #expect(attempts.map(\.execution) == ["exe_1", "exe_3", "exe_4"])
            #expect(
                attempts[0]
                    == TaskAttempt(
                        execution: "exe_1",
                        status: .failed,
                        createdAt: moment(1),
                        startedAt: moment(1),
                        finishedAt: moment(2.5)
                    )
            )
            #expect(attempts[2].status == .queued)
            let newest = try await store.attempts(task: "tsk_1", limit: 2)
            #expect(newest.map(\.execution) == ["exe_3", "exe_4"])
            #expect(try await store.attempts(task: "tsk_3", limit: 9).isEmpty)

            let task = try #require(try await store.task(id: "tsk_1", organization: nil))
            let report = try await store.report(on: task)
            #expect(report.attempts == attempts)
            #expect(report.execution?.id == "exe_4")
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an attempt of a task that is not there is not saved`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            await #expect(throws: ProjectGone()) {
                try await store.save(sampleAttempt("exe_1", of: "tsk_1"), deliveries: [])
            }
        }
    }
}
