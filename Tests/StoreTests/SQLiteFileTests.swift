import Domain
import Foundation
import Testing

@testable import SQLiteStore

@Suite struct SQLiteFileTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `the folder, the file and its companions are closed to others`() async throws {
        try await withTemporaryFolder { parent async throws in
            let folder = parent.appending(path: "a/data")
            let file = folder.appending(path: "store.sqlite")
            try await withSQLiteStore(file) { _ async throws in
                #expect(try mode(folder.path) == 0o700)
                for ending in ["", "-wal", "-shm"] {
                    #expect(try mode(file.path + ending) == 0o600)
                }
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root makes files for others"))
    func `what root creates in another's folder is the other's`() async throws {
        try await withTemporaryFolder { folder async throws in
            let nobody = 65_534
            try FileManager.default.setAttributes(
                [.ownerAccountID: nobody, .groupOwnerAccountID: nobody],
                ofItemAtPath: folder.path
            )
            let file = folder.appending(path: "store.sqlite")
            try await withSQLiteStore(file) { _ async throws in
                for ending in ["", "-wal", "-shm"] {
                    let attributes = try FileManager.default.attributesOfItem(
                        atPath: file.path + ending
                    )
                    #expect(attributes[.ownerAccountID] as? Int == nobody)
                    #expect(attributes[.groupOwnerAccountID] as? Int == nobody)
                }
            }
        }
    }

    @Test func `a file that was open to others is closed to them`() async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try await withSQLiteStore(file) { _ in }
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644],
                ofItemAtPath: file.path
            )
            try await withSQLiteStore(file) { _ async throws in
                #expect(try mode(file.path) == 0o600)
            }
        }
    }

    @Test func `a path below a file, or of a folder, is refused by name`() async throws {
        try await withTemporaryFolder { folder async throws in
            let plain = folder.appending(path: "plain").path
            #expect(FileManager.default.createFile(atPath: plain, contents: Data()))
            #expect(throws: SQLiteStoreError.folder(path: plain, errno: ENOTDIR)) {
                try SQLiteStore(path: plain + "/store.sqlite")
            }
            #expect(throws: SQLiteStoreError.file(path: folder.path, errno: EISDIR)) {
                try SQLiteStore(path: folder.path)
            }
        }
    }

    @Test func `a symbolic link is not followed`() async throws {
        try await withTemporaryFolder { folder async throws in
            let link = folder.appending(path: "store.sqlite").path
            let target = folder.appending(path: "elsewhere").path
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            #expect(throws: SQLiteStoreError.file(path: link, errno: ELOOP)) {
                try SQLiteStore(path: link)
            }
            #expect(!FileManager.default.fileExists(atPath: target))
        }
    }

    @Test func `a folder that cannot be made is refused by name`() {
        #expect {
            try SQLiteStore(path: "/proc/quicksand/store.sqlite")
        } throws: { error in
            guard case .folder(path: "/proc/quicksand", _) = error as? SQLiteStoreError else {
                return false
            }
            return true
        }
    }

    @Test func `a file that is not a database is refused and left as it is`() async throws {
        try await withTemporaryFolder { folder async throws in
            let path = folder.appending(path: "store.sqlite").path
            let text = Data(String(repeating: "not a database. ", count: 100).utf8)
            #expect(FileManager.default.createFile(atPath: path, contents: text))
            #expect(throws: SQLiteStoreError.damaged(path: path)) { try SQLiteStore(path: path) }
            #expect(FileManager.default.contents(atPath: path) == text)
        }
    }

    @Test func `a database of a newer version is refused`() async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try await withSQLiteStore(file) { store async throws in
                _ = try await store.inspect("INSERT INTO grdb_migrations VALUES ('v999')")
            }
            #expect(throws: SQLiteStoreError.newerSchema(path: file.path)) {
                try SQLiteStore(path: file.path)
            }
        }
    }

    @Test func `the schema is brought up to date once`() async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            for _ in 0..<2 {
                try await withSQLiteStore(file) { store async throws in
                    let steps = try await store.inspect("SELECT identifier FROM grdb_migrations")
                    #expect(steps == ["v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8"])
                    #expect(try await store.inspect("PRAGMA integrity_check") == ["ok"])
                }
            }
        }
    }

    @Test func `a store that cannot be written says so, and is not ready`() async throws {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                try await store.save(sampleExecution("exe_1"), deliveries: [])
                // While no write has failed, a ping does not use the writer.
                _ = try await store.inspect("PRAGMA query_only = 1")
                try await store.ping()
                let reason = StoreUnavailable(reason: "it cannot be written")
                await #expect(throws: reason) {
                    try await store.save(sampleExecution("exe_2"), deliveries: [])
                }
                await #expect(throws: reason) { try await store.ping() }
                #expect(try await store.execution(id: "exe_1", organization: "org_a") != nil)
            }
        }
    }

    @Test func `the log is written ahead and foreign keys hold`() async throws {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                #expect(try await store.inspect("PRAGMA journal_mode") == ["wal"])
                #expect(try await store.inspect("PRAGMA foreign_keys") == ["1"])
                #expect(try await store.inspect("PRAGMA synchronous") == ["1"])
            }
        }
    }

    @Test func `a record that contradicts itself is an error, not a wrong answer`() async throws {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                try await store.save(sampleExecution("exe_1", state: finished()), deliveries: [])
                _ = try await store.inspect("UPDATE execution SET status = 'running'")
                let unreadable = UnreadableRecord(
                    id: "exe_1",
                    reason: "its columns contradict each other"
                )
                await #expect(throws: unreadable) {
                    try await store.execution(id: "exe_1", organization: "org_a")
                }
            }
        }
    }
}

@Suite struct QueryPlanTests {
    /// The statements that may scan: a command or an admin lists the whole table in an index's
    /// order, or the table is small, like the few signing keys.
    private static let mayScan = [
        Query.keys, Query.ping, Query.organizationCount, Query.organizationPage,
        // The table has one row for each worker.
        Query.pruneWorkers,
        // These run once an hour, and read only the old records of each organization.
        Query.deleteExecutions, Query.deleteTasks,
        Query.signingKeys, Query.insertSigningKey, Query.forgetSigningKeys,
        TaskQuery(byOrganization: false, byStatus: false, byAgent: false).count,
    ]

    /// Indexes of only the wanted rows, which may be read whole or from their beginning.
    private static let ownIndexes = ["task_due", "task_all_newest"]

    @Test func `no statement reads a whole table or sorts`() async throws {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                let statements = Query.reads + Query.writes
                for sql in statements where !Self.mayScan.contains(sql) && !sql.hasPrefix("PRAGMA")
                {
                    let plan = try await store.inspect("EXPLAIN QUERY PLAN " + sql)
                    // JSON parameters and constant rows are not tables.
                    let scans = plan.filter { step in
                        step.contains("SCAN") && !step.contains("json_each")
                            && !step.contains("CONSTANT ROW")
                            && !Self.ownIndexes.contains { step.contains("INDEX \($0)") }
                    }
                    #expect(scans.isEmpty, "\(sql): \(plan)")
                    #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql): \(plan)")
                }
            }
        }
    }

    @Test func `each listing reads the index of its own order, and counts by the index alone`()
        async throws
    {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                for query in ExecutionQuery.all {
                    let filters =
                        (query.byStatus ? "_status" : "") + (query.byLanguage ? "_language" : "")
                    let index = "execution" + (filters.isEmpty ? "_newest" : filters)
                    let page = try await store.inspect("EXPLAIN QUERY PLAN " + query.page)
                    #expect(page.contains { $0.contains("INDEX \(index) ") }, "\(page)")
                    let count = try await store.inspect("EXPLAIN QUERY PLAN " + query.count)
                    #expect(count.contains { $0.contains("COVERING INDEX") }, "\(count)")
                }
            }
        }
    }

    /// Large columns are in tables of their own, which no list and no change of state reads.
    @Test func `no list reads a request, a result, an order or a body`() async throws {
        let lists =
            ExecutionQuery.all.map(\.page) + TaskQuery.all.map(\.page) + [
                Query.projectExecutionPage, Query.deliveryPage, Query.taskAttempts,
                Query.delivery, Query.nextOwedOrganization, Query.nextDelivery,
                Query.saveExecution, Query.changeTask, Query.updateDelivery,
            ]
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                let columns = try await store.inspect(
                    """
                    SELECT t.name, c.name FROM sqlite_schema AS t
                        JOIN pragma_table_info(t.name) AS c WHERE c.name = 'content' ORDER BY t.name
                    """
                )
                let large = columns.map { String($0.prefix { $0 != "|" }) }
                #expect(
                    large == [
                        "delivery_body", "execution_request", "execution_result", "project_file",
                        "task_order",
                    ]
                )
                for sql in lists {
                    let plan = try await store.inspect("EXPLAIN QUERY PLAN " + sql)
                    #expect(
                        !plan.contains { step in large.contains { step.contains($0) } },
                        "\(sql): \(plan)"
                    )
                }
            }
        }
    }

    @Test(arguments: [
        (Query.deleteExecutions, "execution_ended"), (Query.deleteTasks, "task_ended"),
    ])
    func `what has ended long ago is found by when it ended`(
        sql: String,
        index: String
    ) async throws {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                let plan = try await store.inspect("EXPLAIN QUERY PLAN " + sql)
                #expect(
                    plan.contains {
                        $0.contains("INDEX \(index) (organization=? AND finished_at<?)")
                    },
                    "\(plan)"
                )
            }
        }
    }

    @Test(arguments: [
        (Query.projectCount, Query.projectPage, "project_newest"),
        (Query.projectExecutionCount, Query.projectExecutionPage, "execution_project"),
        (Query.projectFileCount, Query.projectFilePage, "sqlite_autoindex_project_file_1"),
    ])
    func `so does each listing of projects`(
        count: String,
        page: String,
        index: String
    )
        async throws
    {
        try await withTemporaryFolder { folder async throws in
            try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                store async throws in
                let page = try await store.inspect("EXPLAIN QUERY PLAN " + page)
                #expect(page.contains { $0.contains("INDEX \(index) ") }, "\(page)")
                let count = try await store.inspect("EXPLAIN QUERY PLAN " + count)
                #expect(count.contains { $0.contains("COVERING INDEX \(index) ") }, "\(count)")
            }
        }
    }
}
