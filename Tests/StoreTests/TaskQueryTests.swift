import Foundation
import Testing

@testable import SQLiteStore

/// SQLite's plans for finding tasks.
@Suite struct TaskQueryTests {
    private func plan(_ store: SQLiteStore, of sql: String) async throws -> [String] {
        try await store.inspect("EXPLAIN QUERY PLAN " + sql)
    }

    @Test func `each listing reads the index of its own order, and counts by an index alone`()
        async throws
    {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                for query in TaskQuery.all {
                    let page = try await plan(store, of: query.page)
                    #expect(page.contains { $0.contains("INDEX \(query.index)") }, "\(page)")
                    let count = try await plan(store, of: query.count)
                    #expect(count.contains { $0.contains("COVERING INDEX") }, "\(count)")
                }
            }
        }
    }

    @Test func `whose turn it is is found without reading what others have queued`()
        async throws
    {
        let unfinished = "COVERING INDEX task_unfinished (organization=? AND finished_at=?)"
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                for (sql, index) in [
                    (Query.nextTaskOrganization, "INDEX task_turn (organization>?)"),
                    (Query.queuedTask, "INDEX task_turn (organization=?)"),
                    (Query.queueDueTasks, "INDEX task_due (due_at<?)"),
                    (Query.nextTaskDate, "INDEX task_due"),
                    (Query.runningTasks, "INDEX task_all_status (status=?)"),
                    (Query.unfinishedTaskCount, unfinished),
                    (Query.taskAttempts, "INDEX execution_task (task=?)"),
                ] {
                    let plan = try await plan(store, of: sql)
                    #expect(plan.contains { $0.contains(index) }, "\(sql): \(plan)")
                }
            }
        }
    }
}
