import Domain
import Foundation
import Synchronization
import Testing

@testable import SQLiteStore

/// Damaged work is given up, and the other work continues.
@Suite struct UnreadableWorkTests {
    /// The records that the operator was told of.
    private final class Told: Sendable {
        private let records = Mutex<[UnreadableRecord]>([])

        var ids: [String] { records.withLock { $0.map(\.id) } }
        func note(_ record: UnreadableRecord) { records.withLock { $0.append(record) } }
    }

    private func withStore(
        _ body: (SQLiteStore, Told) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder async throws in
            let told = Told()
            let store = try SQLiteStore(
                path: folder.appending(path: "store.sqlite").path,
                clock: WallClock { moment(100) },
                onGivenUp: { told.note($0) }
            )
            defer { try? store.close() }
            try await store.insert(sampleOrganization("org_a"))
            try await body(store, told)
        }
    }

    @Test func `an execution ends as our fault, its charge is given back, and others go on`()
        async throws
    {
        try await withStore { store, told async throws in
            let day = UTCDay(moment(0))
            _ = try await store.charge(subject: "org:org_a", day: day, limit: 9)
            let running = Execution.State.running(since: moment(1))
            for id in ["exe_1", "exe_2", "exe_3"] {
                try await store.save(sampleExecution(id, state: running), deliveries: [])
            }
            _ = try await store.inspect(
                "UPDATE execution_request SET content = X'7B' WHERE id = 'exe_2'"
            )
            let sound = ["exe_1", "exe_3"].map { sampleExecution($0, state: running) }
            #expect(try await store.takenUp() == sound)
            #expect(told.ids == ["exe_2"])
            #expect(try await store.charged(subject: "org:org_a", day: day) == 0)
            let end = try await store.inspect(
                "SELECT status, finished_at FROM execution WHERE id = 'exe_2'"
            )
            #expect(end == ["internal_error|\(moment(100).microseconds)"])

            // It is given up once: the next start finds nothing to give up.
            #expect(try await store.takenUp() == sound)
            #expect(told.ids == ["exe_2"])
            await #expect(throws: UnreadableRecord(id: "exe_2", reason: "it is not JSON")) {
                try await store.execution(id: "exe_2", organization: "org_a")
            }
        }
    }

    @Test func `a task ends as a dead letter in its turn, and the next has its own`() async throws {
        try await withStore { store, told async throws in
            for (id, second) in [("tsk_1", 1.0), ("tsk_2", 2), ("tsk_3", 3)] {
                try await store.insert(
                    sampleTask(id, createdAt: moment(second)),
                    unfinishedMax: 9
                )
            }
            _ = try await store.inspect("UPDATE task_order SET content = X'00' WHERE id <> 'tsk_3'")
            #expect(try await store.queuedTask(after: "", excluding: [])?.id == "tsk_3")
            #expect(told.ids == ["tsk_1", "tsk_2"])
            #expect(
                try await store.inspect("SELECT status FROM task ORDER BY id")
                    == ["dead_letter", "dead_letter", "queued"]
            )
        }
    }

    @Test func `so does one that was running`() async throws {
        try await withStore { store, told async throws in
            let known = sampleTask("tsk_1")
            try await store.insert(known, unfinishedMax: 9)
            var running = known
            running.state = .running(.init(execution: "exe_1", startedAt: moment(5)))
            #expect(try await store.change(known, to: running, deliveries: []))
            _ = try await store.inspect("UPDATE task_order SET content = X'00'")
            #expect(try await store.runningTasks() == [])
            #expect(told.ids == ["tsk_1"])
            #expect(try await store.taskCounts()[.running] == 0)
        }
    }

    @Test func `a delivery fails, and the others are due`() async throws {
        try await withStore { store, told async throws in
            try await store.save(
                sampleExecution("exe_1", state: finished()),
                deliveries: [sampleDelivery("msg_1"), sampleDelivery("msg_2")]
            )
            _ = try await store.inspect("UPDATE delivery SET attempts = X'' WHERE id = 'msg_1'")
            #expect(try await store.dueIDs(at: moment(60)) == ["msg_1"])
            #expect(try await store.wholeDelivery(id: "msg_1") == nil)
            #expect(try await store.dueIDs(at: moment(60)) == ["msg_2"])
            #expect(try await store.wholeDelivery(id: "msg_2") == sampleDelivery("msg_2"))
            #expect(told.ids == ["msg_1"])
            #expect(
                try await store.inspect("SELECT state, state_at FROM delivery WHERE id = 'msg_1'")
                    == ["failed|\(moment(100).microseconds)"]
            )
        }
    }

    @Test func `a task is told of without an attempt that cannot be read`() async throws {
        try await withStore { store, _ async throws in
            let task = sampleTask("tsk_1")
            try await store.insert(task, unfinishedMax: 9)
            try await store.save(
                sampleAttempt("exe_1", of: "tsk_1", state: finished()),
                deliveries: []
            )
            _ = try await store.inspect("UPDATE execution_result SET content = X'7B'")
            let report = try await store.report(on: task)
            #expect(report.attempts.map(\.status) == [.succeeded])
            #expect(report.execution == nil)
        }
    }

    @Test func `a list shows what is damaged by what can be read of it, among the others`()
        async throws
    {
        try await withStore { store, told async throws in
            for id in ["exe_1", "exe_2"] {
                try await store.save(
                    sampleExecution(id, state: finished()),
                    deliveries: [sampleDelivery("msg_" + id, execution: id)]
                )
            }
            try await store.insert(sampleTask("tsk_1"), unfinishedMax: 9)
            _ = try await store.inspect("UPDATE execution SET summary = X'7B' WHERE id = 'exe_2'")
            _ = try await store.inspect("UPDATE execution_request SET content = X'7B'")
            _ = try await store.inspect("UPDATE task SET terms = NULL")
            _ = try await store.inspect("UPDATE delivery SET attempts = X''")
            let page = Page()
            let executions = try await store.executions(
                organization: "org_a",
                matching: ExecutionFilter(),
                page: page
            )
            #expect(executions.elements.map(\.status) == [.succeeded, .succeeded])
            #expect(executions.elements.map(\.version) == ["", "3.11.2"])
            let tasks = try await store.tasks(matching: TaskFilter(), page: page)
            #expect(tasks.elements.map(\.terms.language) == [""])
            let owed = try await store.deliveries(organization: "org_a", page: page)
            #expect(owed.elements.map(\.attempts) == [[], []])
            #expect(told.ids.isEmpty)
        }
    }
}
