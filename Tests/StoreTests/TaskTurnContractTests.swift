import Domain
import Foundation
import Testing

/// Lists of tasks, and the choice of the next task.
@Suite struct TaskTurnContractTests {
    // MARK: Lists

    @Test(arguments: Adapter.allCases)
    func `tasks are listed newest first, by every combination of filters`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            var all: [AgentTask] = []
            for organization in ["org_a", "org_b"] {
                for agent in ["x", "y", nil] {
                    for state in [
                        AgentTask.State.queued, .ended(.cancelled, last: nil, at: moment(8)),
                    ] {
                        let task = sampleTask(
                            "tsk_\(all.count)",
                            organization: organization,
                            agent: agent,
                            createdAt: moment(Double(all.count)),
                            state: state
                        )
                        try await store.insert(task, unfinishedMax: 99)
                        all.append(task)
                    }
                }
            }
            for organization in [nil, "org_a", "org_c"] {
                for status in [nil, AgentTask.Status.cancelled, .running] {
                    for agent in [nil, "y", "z"] {
                        let filter = TaskFilter(
                            organization: organization,
                            status: status,
                            agentID: agent
                        )
                        let expected = all.reversed().filter { task in
                            (organization ?? task.organization) == task.organization
                                && (status ?? task.status) == task.status
                                && (agent == nil || agent == task.order.agentID)
                        }
                        let listing = try await store.tasks(
                            matching: filter,
                            page: Page(limit: 100)
                        )
                        #expect(listing.elements == expected.map(TaskSummary.init), "\(filter)")
                        #expect(listing.total == expected.count)
                    }
                }
            }
            let page = try await store.tasks(
                matching: TaskFilter(),
                page: Page(limit: 2, offset: 1)
            )
            #expect(page.elements.map(\.id) == ["tsk_10", "tsk_9"])
            #expect(page.total == 12)
        }
    }

    // MARK: Due tasks

    @Test(arguments: Adapter.allCases)
    func `scheduled tasks are queued at their moment, earliest first, at most as many as asked`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            #expect(try await store.nextTaskDate() == nil)
            for (number, second) in [(1, 30.0), (2, 10.0), (3, 20.0)] {
                try await store.insert(
                    sampleTask("tsk_\(number)", state: .scheduled(at: moment(second))),
                    unfinishedMax: 9
                )
            }
            try await store.insert(sampleTask("tsk_4"), unfinishedMax: 9)
            #expect(try await store.nextTaskDate() == moment(10))
            #expect(try await store.queueDueTasks(at: moment(9.999), limit: 9) == 0)
            #expect(try await store.queueDueTasks(at: moment(20), limit: 0) == 0)
            #expect(try await store.queueDueTasks(at: moment(20), limit: 1) == 1)
            #expect(try await store.task(id: "tsk_2", organization: nil)?.state == .queued)
            #expect(try await store.nextTaskDate() == moment(20))
            #expect(try await store.queueDueTasks(at: moment(20), limit: 9) == 1)
            #expect(try await store.nextTaskDate() == moment(30))
        }
    }

    // MARK: Turns

    @Test(arguments: Adapter.allCases)
    func `within an organization the highest priority is next, then the oldest`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let tasks = [
                sampleTask("tsk_1", priority: -5, createdAt: moment(0)),
                sampleTask("tsk_2", priority: 0, createdAt: moment(2)),
                sampleTask("tsk_3", priority: 0, createdAt: moment(1)),
                sampleTask("tsk_4", priority: 100, createdAt: moment(9)),
                sampleTask("tsk_5", priority: 0, createdAt: moment(2)),
            ]
            for task in tasks { try await store.insert(task, unfinishedMax: 9) }
            var order: [String] = []
            while let task = try await store.queuedTask(after: "", excluding: []) {
                order.append(task.id)
                var running = task
                running.state = .running(.init(execution: "exe_1", startedAt: moment(9)))
                #expect(try await store.change(task, to: running, deliveries: []))
            }
            #expect(order == ["tsk_4", "tsk_3", "tsk_2", "tsk_5", "tsk_1"])
            #expect(
                try await store.runningTasks().map(\.id) == [
                    "tsk_1", "tsk_3", "tsk_2", "tsk_5", "tsk_4",
                ]
            )
        }
    }

    @Test(arguments: Adapter.allCases)
    func `the next organization is the one after the last, around the circle`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            try await store.insert(sampleOrganization("org_c"))
            func next(_ last: String, _ excluded: Set<String> = []) async throws -> String? {
                try await store.queuedTask(after: last, excluding: excluded)?.organization
            }
            #expect(try await next("") == nil)
            for organization in ["org_a", "org_b", "org_c"] {
                try await store.insert(
                    sampleTask("tsk_" + organization, organization: organization),
                    unfinishedMax: 9
                )
            }
            #expect(try await next("") == "org_a")
            #expect(try await next("org_a") == "org_b")
            #expect(try await next("org_b") == "org_c")
            #expect(try await next("org_c") == "org_a")
            #expect(try await next("org_bb") == "org_c")
            #expect(try await next("org_a", ["org_b"]) == "org_c")
            #expect(try await next("org_b", ["org_c"]) == "org_a")
            #expect(try await next("org_b", ["org_a", "org_c"]) == "org_b")
            #expect(try await next("org_b", ["org_a", "org_b", "org_c"]) == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `what is scheduled, running or ended has no turn`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            for (index, state) in TaskContractTests.states.enumerated() where state != .queued {
                try await store.insert(sampleTask("tsk_\(index)", state: state), unfinishedMax: 9)
            }
            #expect(try await store.queuedTask(after: "", excluding: []) == nil)
        }
    }
}
