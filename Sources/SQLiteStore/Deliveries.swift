public import Domain
public import Foundation
import GRDB

extension Query {
    /// The body is made once and never changes.
    static let saveDelivery = """
        INSERT INTO delivery (id, organization, execution, url, body, created_at, state, state_at,
            attempts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, state_at = excluded.state_at,
            attempts = excluded.attempts
        """
    static let delivery = "SELECT * FROM delivery WHERE id = ? AND organization = ?"
    static let deliveryCount = "SELECT COUNT(*) FROM delivery WHERE organization = ?"
    static let deliveryPage = """
        SELECT * FROM delivery WHERE organization = ?
        ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?
        """
    static let dueDeliveries = """
        SELECT * FROM delivery WHERE state = 'pending' AND state_at <= ?
            AND organization NOT IN (SELECT value FROM json_each(?))
        ORDER BY state_at, id LIMIT ?
        """
    static let nextDelivery =
        "SELECT state_at FROM delivery WHERE state = 'pending' ORDER BY state_at, id LIMIT 1"
    static let webhookSecret = "SELECT webhook_secret FROM organization WHERE id = ?"
    static let keepWebhookSecret =
        "INSERT INTO organization (id, webhook_secret) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
}

extension SQLiteStore {
    /// - Throws: also where the delivery's execution is not stored.
    public func save(_ delivery: Delivery) async throws {
        let record = try DeliveryRecord(delivery)
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.saveDelivery).execute(arguments: record.arguments)
        }
    }

    public func delivery(id: String, organization: String) async throws -> Delivery? {
        let record = try await read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: Query.delivery),
                arguments: [id, organization]
            )
            .map(DeliveryRecord.init(row:))
        }
        return try record?.delivery()
    }

    /// Newest first.
    public func deliveries(organization: String, page: Page) async throws -> Listing<Delivery> {
        let (records, total) = try await read { db in
            let count = try db.cachedStatement(sql: Query.deliveryCount)
            let total = try Int.fetchOne(count, arguments: [organization]) ?? 0
            let rows = try Row.fetchAll(
                db.cachedStatement(sql: Query.deliveryPage),
                arguments: [organization, page.rows, page.skipped]
            )
            return (rows.map(DeliveryRecord.init(row:)), total)
        }
        return Listing(elements: try records.map { try $0.delivery() }, total: total)
    }

    public func dueDeliveries(
        at date: Date,
        limit: Int,
        excluding organizations: Set<String>
    ) async throws -> [Delivery] {
        let excluded = String(decoding: try JSONEncoder().encode(organizations), as: UTF8.self)
        let records = try await read { db in
            // A negative LIMIT means none to SQLite.
            let statement = try db.cachedStatement(sql: Query.dueDeliveries)
            let arguments: StatementArguments = [date.microseconds, excluded, max(limit, 0)]
            return try Row.fetchAll(statement, arguments: arguments).map(DeliveryRecord.init(row:))
        }
        return try records.map { try $0.delivery() }
    }

    public func nextDeliveryDate() async throws -> Date? {
        try await read { db in
            try Int64.fetchOne(db.cachedStatement(sql: Query.nextDelivery)).map(
                Date.init(microseconds:)
            )
        }
    }

    public func webhookSecret(organization: String, candidate: String) async throws -> String {
        let known = try await read { db in
            try String.fetchOne(
                db.cachedStatement(sql: Query.webhookSecret),
                arguments: [organization]
            )
        }
        if let known { return known }
        return try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.keepWebhookSecret)
                .execute(arguments: [organization, candidate])
            // Another process may have been first.
            let statement = try db.cachedStatement(sql: Query.webhookSecret)
            return try String.fetchOne(statement, arguments: [organization]) ?? candidate
        }
    }
}

/// A delivery as its row.
struct DeliveryRecord: Sendable {
    let id: String
    let organization: String
    let execution: String
    let url: String
    let body: Data
    let createdAt: Int64
    let state: String
    let stateAt: Int64
    let attempts: Data

    init(_ delivery: Delivery) throws {
        id = delivery.id
        organization = delivery.organization
        execution = delivery.execution
        url = delivery.url
        body = delivery.body
        createdAt = delivery.createdAt.microseconds
        attempts = try delivery.attempts.json()
        switch delivery.state {
        case .pending(let nextAttemptAt): (state, stateAt) = ("pending", nextAttemptAt.microseconds)
        case .delivered(let at): (state, stateAt) = ("delivered", at.microseconds)
        case .failed(let at): (state, stateAt) = ("failed", at.microseconds)
        }
    }

    init(row: Row) {
        id = row["id"]
        organization = row["organization"]
        execution = row["execution"]
        url = row["url"]
        body = row["body"]
        createdAt = row["created_at"]
        state = row["state"]
        stateAt = row["state_at"]
        attempts = row["attempts"]
    }

    var arguments: StatementArguments {
        [id, organization, execution, url, body, createdAt, state, stateAt, attempts]
    }

    func delivery() throws -> Delivery {
        Delivery(
            id: id,
            organization: organization,
            execution: execution,
            url: url,
            body: body,
            createdAt: Date(microseconds: createdAt),
            state: try domainState(),
            attempts: try [Delivery.Attempt](json: attempts)
        )
    }

    private func domainState() throws -> Delivery.State {
        let at = Date(microseconds: stateAt)
        return switch state {
        case "pending": .pending(nextAttemptAt: at)
        case "delivered": .delivered(at: at)
        case "failed": .failed(at: at)
        default: throw SQLiteStoreError.inconsistent(record: id)
        }
    }
}
