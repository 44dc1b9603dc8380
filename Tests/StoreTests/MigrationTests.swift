import Domain
import Foundation
import Testing

@testable import SQLiteStore

/// Database files of earlier releases, stored as SQL text.
@Suite struct MigrationTests {
    static let fixtures = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "Fixtures")

    /// Restores a file with another program, because the release that wrote it is not available
    /// here.
    static func restore(_ fixture: String, to file: URL) throws {
        let script = """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[2])
            connection.executescript(open(sys.argv[1]).read())
            connection.execute("PRAGMA journal_mode = wal")
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        let text = fixtures.appending(path: fixture).path
        process.arguments = ["-c", script, text, file.path]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }

    private func account(_ store: SQLiteStore) async throws -> Account? {
        try await store.account(email: "ada@example.com", from: "a", since: .distantPast)
    }

    @Test func `a file of schema v1 keeps what is in it, and counts its attempts from there`()
        async throws
    {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try Self.restore("schema-v1.sql", to: file)
            try await withSQLiteStore(file) { store async throws in
                let listing = try await store.executions(
                    organization: "org_fixture",
                    matching: ExecutionFilter(),
                    page: Page()
                )
                let found = listing.elements.map { "\($0.status.rawValue) \($0.attempts)" }
                #expect(
                    found == [
                        "cancelled 0", "queued 0", "succeeded 1", "failed 1", "succeeded 1",
                    ]
                )
                #expect(listing.elements[3].metadata == ["k": "v"])
                let oldest = try await store.execution(
                    id: listing.elements[4].id,
                    organization: "org_fixture"
                )
                #expect(oldest?.result?.runs.first?.stdout.bytes == Data("kept\n".utf8))

                var unfinished = try await store.takenUp()
                #expect(unfinished.count == 1)
                let owed = try await store.deliveries(organization: "org_fixture", page: Page())
                #expect(owed.elements.map(\.subject) == [.execution(listing.elements[2].id)])
                #expect(try await store.keys().map(\.key.name) == ["fixture"])

                unfinished[0].state = .running(since: moment(1))
                unfinished[0].attempts = 2
                try await store.save(unfinished[0], deliveries: [])
                #expect(try await store.takenUp() == unfinished)
                #expect(try await store.inspect("PRAGMA integrity_check") == ["ok"])
                #expect(try await store.inspect("PRAGMA foreign_key_check").isEmpty)
            }
        }
    }

    @Test func `a file of schema v2 gives its plans to organizations, and keeps all else`()
        async throws
    {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try Self.restore("schema-v2.sql", to: file)
            try await withSQLiteStore(file) { store async throws in
                let keys = try await store.keys()
                #expect(keys.map(\.key.name) == ["first", "second", "third", "alone"])
                // The newest valid key decides.
                #expect(keys.map(\.organization.plan) == ["pro", "pro", "pro", "enterprise"])
                #expect(keys.map { $0.key.revokedAt != nil } == [false, false, true, false])
                for issued in keys {
                    #expect(try await store.key(digest: issued.key.digest) == issued)
                }
                #expect(
                    try await store.webhookSecret(organization: "org_fixture", candidate: "x")
                        == "whsec_b3WW3Rzeorx7UxnjT05E71XAzMQyC82BSclB8YEcg3o="
                )
                let listing = try await store.executions(
                    organization: "org_fixture",
                    matching: ExecutionFilter(),
                    page: Page()
                )
                #expect(
                    listing.elements.map(\.status.rawValue) == ["succeeded", "failed", "succeeded"]
                )
                #expect(listing.elements.allSatisfy { $0.project == nil })
                let owed = try await store.deliveries(organization: "org_fixture", page: Page())
                #expect(owed.elements.map(\.subject) == [.execution(listing.elements[0].id)])
                #expect(owed.elements.first?.attempts.count == 1)
                let day = UTCDay(listing.elements[0].createdAt)
                #expect(try await store.charged(subject: "org:org_fixture", day: day) == 3)

                // The foreign keys refer to the new tables.
                try await store.save(
                    sampleExecution("exe_new", organization: "org_fixture"),
                    deliveries: []
                )
                #expect(try await store.inspect("PRAGMA integrity_check") == ["ok"])
                #expect(try await store.inspect("PRAGMA foreign_key_check").isEmpty)
                let references = try await store.inspect(
                    "SELECT sql FROM sqlite_schema WHERE sql LIKE '%\\_v3%' ESCAPE '\\'"
                )
                #expect(references.isEmpty, "a table still names another by its temporary name")
            }
        }
    }

    @Test(arguments: ["schema-v1.sql", "schema-v2.sql", "schema-v3.sql", "schema-v6.sql"])
    func `every row of a file of a released schema is read, and nothing of it is given up`(
        fixture: String
    ) async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try Self.restore(fixture, to: file)
            let store = try SQLiteStore(path: file.path) { Issue.record("given up: \($0)") }
            defer { try? store.close() }
            func each(
                _ table: String,
                _ read: (_ id: String, _ organization: String) async throws -> Void
            ) async throws {
                let names = try await store.inspect("SELECT id, organization FROM \(table)")
                for name in names {
                    let parts = name.split(separator: "|").map(String.init)
                    try await read(parts[0], parts[1])
                }
            }
            try await each("execution") { id, organization async throws in
                let found = try await store.execution(id: id, organization: organization)
                #expect(found?.request.limits[.wallMilliseconds] ?? 0 > 0, "\(id)")
                // The migrated summary equals the one that the service would have written.
                let listing = try await store.executions(
                    organization: organization,
                    matching: ExecutionFilter(),
                    page: Page(limit: 100)
                )
                #expect(listing.elements.first { $0.id == id } == found.map(ExecutionSummary.init))
            }
            try await each("task") { id, organization async throws in
                let found = try await store.task(id: id, organization: organization)
                #expect(found != nil, "\(id)")
                let listing = try await store.tasks(matching: TaskFilter(), page: Page(limit: 100))
                #expect(listing.elements.first { $0.id == id } == found.map(TaskSummary.init))
            }
            try await each("delivery") { id, organization async throws in
                let found = try await store.delivery(id: id, organization: organization)
                #expect(try await store.wholeDelivery(id: id)?.body.isEmpty == false, "\(id)")
                let receiver = try await store.inspect(
                    "SELECT receiver FROM delivery WHERE id = '\(id)'"
                )
                #expect(receiver == [CallbackURL.receiver(of: found?.url ?? "")], "\(id)")
            }
            try await each("project") { id, organization async throws in
                _ = try await store.projectSources(id: id, organization: organization)
            }
            _ = try await store.keys()

            let unfinished = try await store.inspect(
                "SELECT COUNT(*) FROM execution WHERE finished_at IS NULL"
            )
            #expect(try await ["\(store.takenUp().count)"] == unfinished)
            let running = try await store.inspect(
                "SELECT COUNT(*) FROM task WHERE status = 'running'"
            )
            #expect(try await ["\(store.runningTasks().count)"] == running)
            #expect(try await store.inspect("PRAGMA integrity_check") == ["ok"])
            #expect(try await store.inspect("PRAGMA foreign_key_check").isEmpty)
        }
    }

    @Test func `a file of schema v3 keeps what waits, runs and is owed`() async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try Self.restore("schema-v3.sql", to: file)
            try await withSQLiteStore(file) { store async throws in
                let unfinished = try await store.takenUp()
                #expect(unfinished.map(\.status) == [.running, .queued, .queued])
                #expect(unfinished.map(\.attempts) == [1, 0, 0])
                let running = try await store.runningTasks()
                #expect(running.map(\.status) == [.running])
                guard case .running(let attempt)? = running.first?.state else { return }
                #expect(attempt.execution == unfinished[2].id)
                #expect(unfinished[2].request.task == running[0].id)
                #expect(try await store.taskCounts() == [.scheduled: 1, .queued: 1, .running: 1])
                let owed = try await store.deliveries(
                    organization: running[0].organization,
                    page: Page()
                )
                let pending = owed.elements.filter {
                    if case .pending = $0.state { true } else { false }
                }
                #expect(pending.map(\.attempts.count).sorted() == [1, 2])
                let due = try await store.dueDeliveries(
                    organization: running[0].organization,
                    at: .distantFuture,
                    after: "",
                    excluding: [],
                    limit: 9
                )
                #expect(Set(due.deliveries.map(\.id)).isSubset(of: pending.map(\.id)))
                #expect(due.deliveries.allSatisfy { $0.isRetry && $0.bodyBytes > 0 })
                #expect(!due.deliveries.isEmpty)
                let user = try #require(await account(store)?.user)
                #expect(try await store.memberships(user: user.id).map(\.role) == [.owner])
                let own = try await store.projects(
                    organization: running[0].organization,
                    page: Page()
                )
                #expect(own.elements.map(\.limits) == [[.wallMilliseconds: 3_000]])
            }
        }
    }

    @Test func `a file of schema v6 keeps its accounts, and knows no address yet`() async throws {
        try await withTemporaryFolder { folder async throws in
            let file = folder.appending(path: "store.sqlite")
            try Self.restore("schema-v6.sql", to: file)
            try await withSQLiteStore(file) { store async throws in
                let before = try #require(await account(store))
                #expect(before.password.hasPrefix("$scrypt$"))
                #expect(!before.isAddressKnown)
                let own = try await store.memberships(user: before.user.id)
                #expect(own.map(\.role) == [.owner])
                let organization = try #require(own.first?.organization.id)
                let members = try await store.members(organization: organization, page: Page())
                #expect(members.elements.map(\.role) == [.owner, .member])
                let keys = try await store.keys().map(\.key)
                #expect(keys.map(\.name) == ["one", "two"])
                #expect(keys.map { $0.revokedAt != nil } == [false, true])

                try await store.insert(
                    Session(
                        id: "ses_1",
                        digest: Data([1]),
                        user: before.user.id,
                        createdAt: moment(0),
                        expiresAt: moment(60)
                    ),
                    from: "a"
                )
                #expect(try await account(store)?.isAddressKnown == true)
                #expect(try await store.inspect("PRAGMA foreign_key_check").isEmpty)
            }
        }
    }
}
