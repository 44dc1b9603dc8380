public import Domain
public import Foundation
import GRDB

extension Query {
    static let insertTask = """
        INSERT INTO task (id, organization, project, agent, status, priority, created_at, due_at,
            started_at, finished_at, execution, attempts, attempts_left, terms)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    static let insertTaskOrder = "INSERT INTO task_order (id, content) VALUES (?, ?)"
    /// Changes the task, if its row still has the known state.
    static let changeTask = """
        UPDATE task SET status = :status, due_at = :due_at, started_at = :started_at,
            finished_at = :finished_at, execution = :execution, attempts = :attempts,
            attempts_left = :attempts_left
        WHERE id = :id AND status = :known_status AND attempts = :known_attempts
            AND attempts_left = :known_attempts_left AND execution IS :known_execution
            AND due_at IS :known_due_at
        RETURNING id
        """
    static let unfinishedTaskCount =
        "SELECT COUNT(*) FROM task WHERE organization = ? AND finished_at IS NULL"
    private static let wholeTask = """
        SELECT task.*, task_order.content AS "order"
        FROM task LEFT JOIN task_order USING (id)
        """
    static let task = wholeTask + " WHERE task.id = ?"
    static let taskAttempts = """
        SELECT id, status, created_at, started_at, finished_at FROM execution WHERE task = ?
        ORDER BY created_at DESC, id DESC LIMIT ?
        """
    // Without statistics the planner rates an index of all tasks as highly as the small one of the
    // scheduled tasks, so the statement names the index.
    static let queueDueTasks = """
        UPDATE task SET status = 'queued', due_at = NULL WHERE id IN
            (SELECT id FROM task INDEXED BY task_due WHERE status = 'scheduled' AND due_at <= ?1
            ORDER BY due_at, id LIMIT ?2)
        """
    static let nextTaskDate = """
        SELECT due_at FROM task INDEXED BY task_due WHERE status = 'scheduled'
        ORDER BY due_at, id LIMIT 1
        """
    /// Seeks the next organization in the index, without reading all queued tasks of each.
    static let nextTaskOrganization = """
        SELECT organization FROM task INDEXED BY task_turn
        WHERE status = 'queued' AND organization > ?
        ORDER BY organization LIMIT 1
        """
    static let queuedTask = """
        SELECT task.*, task_order.content AS "order"
        FROM task INDEXED BY task_turn LEFT JOIN task_order USING (id)
        WHERE task.status = 'queued' AND task.organization = ?
        ORDER BY task.priority DESC, task.created_at, task.id LIMIT 1
        """
    static let runningTasks =
        wholeTask + " WHERE task.status = 'running' ORDER BY task.created_at, task.id"
    static let taskCount = "SELECT COUNT(*) FROM task WHERE status = ?"

    static let taskReads = [
        task, taskAttempts, nextTaskDate, nextTaskOrganization, queuedTask, runningTasks,
        taskCount,
    ]
    static let taskWrites = [
        insertTask, insertTaskOrder, changeTask, unfinishedTaskCount, queueDueTasks,
    ]
}

/// The pair of statements that lists by one combination of filters; an index has the order of
/// each listing.
struct TaskQuery {
    let byOrganization: Bool
    let byStatus: Bool
    let byAgent: Bool

    static let all = [false, true].flatMap { byOrganization in
        [false, true].flatMap { byStatus in
            [false, true].map {
                TaskQuery(byOrganization: byOrganization, byStatus: byStatus, byAgent: $0)
            }
        }
    }

    var count: String { "SELECT COUNT(*) FROM task\(condition)" }

    var page: String {
        "SELECT * FROM task\(condition) ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?"
    }

    /// The index with the listing's order.
    var index: String {
        let filters = (byStatus ? "_status" : "") + (byAgent ? "_agent" : "")
        return "task" + (byOrganization ? "" : "_all") + (filters.isEmpty ? "_newest" : filters)
    }

    private var condition: String {
        let conditions = [
            byOrganization ? "organization = ?" : nil, byStatus ? "status = ?" : nil,
            byAgent ? "agent = ?" : nil,
        ].compactMap(\.self)
        return conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    }
}

// MARK: - Writing

extension SQLiteStore {
    public func insert(_ task: AgentTask, unfinishedMax: Int) async throws {
        let record = try TaskRecord(task)
        try await write(surviving: .power) { db in
            try Self.checkRoom(db, for: task, unfinishedMax: unfinishedMax)
            let parents = try db.cachedStatement(sql: Query.executionParents)
            guard try Bool.fetchOne(parents, arguments: [record.row.project, nil]) == true
            else { throw ProjectGone() }
            try db.cachedStatement(sql: Query.insertTask).execute(arguments: record.row.arguments)
            try db.cachedStatement(sql: Query.insertTaskOrder)
                .execute(arguments: [task.id, record.order])
        }
    }

    public func change(
        _ known: AgentTask,
        to task: AgentTask,
        deliveries: [Delivery]
    ) async throws -> Bool {
        let change = TaskChange(from: known, to: task)
        let owed = try deliveries.map(DeliveryRecord.init)
        // Callers rely on owed deliveries and on cancellations. All other states can be derived
        // from the execution again.
        let isReliedOn = !deliveries.isEmpty || task.status == .cancelled
        return try await write(surviving: isReliedOn ? .power : .process) { db in
            guard try Self.make(change, in: db) else { return false }
            for delivery in owed {
                try delivery.save(in: db)
            }
            return true
        }
    }

    public func begin(
        _ attempt: TaskStart,
        as execution: Execution,
        by worker: String?
    ) async throws {
        let change = TaskChange(from: attempt.known, to: attempt.running)
        let record = try ExecutionRecord(execution, organization: attempt.known.organization)
        try await write(surviving: .power) { db in
            try Self.checkParents(db, project: record.row.project, task: record.row.task)
            guard try Self.make(change, in: db) else { throw TaskChanged() }
            try record.save(by: worker, in: db)
        }
    }

    public func revive(
        _ known: AgentTask,
        as task: AgentTask,
        unfinishedMax: Int
    ) async throws -> Bool {
        let change = TaskChange(from: known, to: task)
        return try await write(surviving: .power) { db in
            try Self.checkRoom(db, for: task, unfinishedMax: unfinishedMax)
            return try Self.make(change, in: db)
        }
    }

    public func queueDueTasks(at date: Date, limit: Int) async throws -> Int {
        try await write(surviving: .process) { db in
            let statement = try db.cachedStatement(sql: Query.queueDueTasks)
            try statement.execute(arguments: [date.microseconds, max(limit, 0)])
            return db.changesCount
        }
    }

    private static func checkRoom(
        _ db: Database,
        for task: AgentTask,
        unfinishedMax: Int
    ) throws {
        let statement = try db.cachedStatement(sql: Query.unfinishedTaskCount)
        let count = try Int.fetchOne(statement, arguments: [task.organization]) ?? 0
        guard count < unfinishedMax else { throw TooManyTasks(limit: unfinishedMax) }
    }

    private static func make(_ change: TaskChange, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: Query.changeTask)
        return try Row.fetchOne(statement, arguments: change.arguments) != nil
    }
}

// MARK: - Reading

extension SQLiteStore {
    public func task(id: String, organization: String?) async throws -> AgentTask? {
        let record = try await read { db in
            try Row.fetchOne(db.cachedStatement(sql: Query.task), arguments: [id])
                .map(TaskRecord.init(row:))
        }
        guard let record, organization == nil || organization == record.row.organization else {
            return nil
        }
        return try record.task()
    }

    public func tasks(
        matching filter: TaskFilter,
        page: Page
    ) async throws -> Listing<TaskSummary> {
        let query = TaskQuery(
            byOrganization: filter.organization != nil,
            byStatus: filter.status != nil,
            byAgent: filter.agentID != nil
        )
        let values = [filter.organization, filter.status?.rawValue, filter.agentID]
        let records = try await read { db in
            try db.listing(
                count: query.count,
                page: query.page,
                arguments: StatementArguments(values.compactMap(\.self)),
                page,
                TaskRow.init(row:)
            )
        }
        return Listing(
            elements: try records.elements.map { try $0.summarized() },
            total: records.total
        )
    }

    public func attempts(task id: String, limit: Int) async throws -> [TaskAttempt] {
        try await read { db in
            let statement = try db.cachedStatement(sql: Query.taskAttempts)
            return try Row.fetchAll(statement, arguments: [id, max(limit, 0)]).reversed()
                .map(TaskAttempt.init(row:))
        }
    }

    public func nextTaskDate() async throws -> Date? {
        try await read { db in
            try Int64.fetchOne(db.cachedStatement(sql: Query.nextTaskDate)).map(
                Date.init(microseconds:)
            )
        }
    }

    public func queuedTask(
        after organization: String,
        excluding excluded: Set<String>
    ) async throws -> AgentTask? {
        while true {
            let record = try await read { db -> TaskRecord? in
                let next = try Self.nextOrganization(db, after: organization, excluding: excluded)
                guard let next else { return nil }
                return try Row.fetchOne(
                    db.cachedStatement(sql: Query.queuedTask),
                    arguments: [next]
                )
                .map(TaskRecord.init(row:))
            }
            guard let record else { return nil }
            if let task = try await readable([record]).first { return task }
        }
    }

    private func readable(_ records: [TaskRecord]) async throws -> [AgentTask] {
        try await readable(records, givingUp: .task) { record throws(UnreadableRecord) in
            try record.task()
        }
    }

    /// Searches the circle of organizations once; `organization` itself is the last.
    private static func nextOrganization(
        _ db: Database,
        after organization: String,
        excluding excluded: Set<String>
    ) throws -> String? {
        let statement = try db.cachedStatement(sql: Query.nextTaskOrganization)
        for (start, isSecondHalf) in [(organization, false), ("", true)] {
            var place = start
            while let next = try String.fetchOne(statement, arguments: [place]),
                !isSecondHalf || next <= organization
            {
                if !excluded.contains(next) { return next }
                place = next
            }
        }
        return nil
    }

    public func runningTasks() async throws -> [AgentTask] {
        let records = try await read { db in
            try Row.fetchAll(db.cachedStatement(sql: Query.runningTasks))
                .map(TaskRecord.init(row:))
        }
        return try await readable(records)
    }

    public func taskCounts() async throws -> [AgentTask.Status: Int] {
        try await read { db in
            let statement = try db.cachedStatement(sql: Query.taskCount)
            var counts: [AgentTask.Status: Int] = [:]
            for status in [AgentTask.Status.scheduled, .queued, .running] {
                counts[status] = try Int.fetchOne(statement, arguments: [status.rawValue]) ?? 0
            }
            return counts
        }
    }
}
