public import Domain
public import Foundation
import GRDB
import StoredRecords

extension Query {
    static let insertDelivery = """
        INSERT INTO delivery (id, organization, execution, task, url, body, created_at, state,
            state_at, attempts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, state_at = excluded.state_at,
            attempts = excluded.attempts
        """
    /// The body is made once and never changes.
    static let updateDelivery =
        "UPDATE delivery SET state = ?, state_at = ?, attempts = ? WHERE id = ?"
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
    static let replaceWebhookSecret =
        "UPDATE organization SET webhook_secret = ?2 WHERE id = ?1"
    static let keepWebhookSecret =
        "UPDATE organization SET webhook_secret = COALESCE(webhook_secret, ?2) WHERE id = ?1"
}

extension SQLiteStore {
    public func save(_ delivery: Delivery) async throws {
        let record = try DeliveryRecord(delivery)
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.updateDelivery).execute(arguments: [
                record.state, record.stateAt, record.attempts, record.id,
            ])
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
        let records = try await read { db in
            try db.listing(
                count: Query.deliveryCount,
                page: Query.deliveryPage,
                arguments: [organization],
                page,
                DeliveryRecord.init(row:)
            )
        }
        return Listing(
            elements: try records.elements.map { try $0.delivery() },
            total: records.total
        )
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
        return try await readable(records, givingUp: .delivery) { record throws(UnreadableRecord) in
            try record.delivery()
        }
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
            guard let kept = try String.fetchOne(statement, arguments: [organization]) else {
                throw UnreadableRecord(contradictory: organization)
            }
            return kept
        }
    }
}

extension SQLiteStore {
    public func replaceWebhookSecret(organization: String, with secret: String) async throws {
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.replaceWebhookSecret)
                .execute(arguments: [organization, secret])
        }
    }
}

/// A delivery as its row.
struct DeliveryRecord: Sendable {
    let id: String
    let organization: String
    let execution: String?
    let task: String?
    let url: String
    let body: Data
    let createdAt: Int64
    let state: String
    let stateAt: Int64
    let attempts: Data

    init(_ delivery: Delivery) throws {
        id = delivery.id
        organization = delivery.organization
        switch delivery.subject {
        case .execution(let id): (execution, task) = (id, nil)
        case .task(let id): (execution, task) = (nil, id)
        }
        url = delivery.url
        body = delivery.body
        createdAt = delivery.createdAt.microseconds
        attempts = try AttemptRecord.encode(delivery.attempts)
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
        task = row["task"]
        url = row["url"]
        body = row["body"]
        createdAt = row["created_at"]
        state = row["state"]
        stateAt = row["state_at"]
        attempts = row["attempts"]
    }

    var arguments: StatementArguments {
        [id, organization, execution, task, url, body, createdAt, state, stateAt, attempts]
    }

    func delivery() throws(UnreadableRecord) -> Delivery {
        Delivery(
            id: id,
            organization: organization,
            subject: try subject(),
            url: url,
            body: body,
            createdAt: Date(microseconds: createdAt),
            state: try domainState(),
            attempts: try UnreadableRecord.naming(id) { () throws(RecordDamage) in
                try AttemptRecord.decode(attempts)
            }
        )
    }

    private func subject() throws(UnreadableRecord) -> Delivery.Subject {
        switch (execution, task) {
        case (let id?, nil): return .execution(id)
        case (nil, let id?): return .task(id)
        default: throw UnreadableRecord(contradictory: id)
        }
    }

    private func domainState() throws(UnreadableRecord) -> Delivery.State {
        let at = Date(microseconds: stateAt)
        return switch state {
        case "pending": .pending(nextAttemptAt: at)
        case "delivered": .delivered(at: at)
        case "failed": .failed(at: at)
        default: throw UnreadableRecord(contradictory: id)
        }
    }
}
