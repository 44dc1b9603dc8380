public import Domain
public import Foundation
import GRDB
import StoredRecords

extension Query {
    static let insertDelivery = """
        INSERT INTO delivery (id, organization, execution, task, url, created_at, state,
            state_at, attempts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, state_at = excluded.state_at,
            attempts = excluded.attempts
        """
    /// Inserts the body, which never changes.
    static let insertDeliveryBody =
        "INSERT INTO delivery_body (id, content) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
    static let updateDelivery =
        "UPDATE delivery SET state = ?, state_at = ?, attempts = ? WHERE id = ?"
    private static let wholeDelivery = """
        SELECT delivery.*, delivery_body.content AS body
        FROM delivery LEFT JOIN delivery_body USING (id)
        """
    static let delivery = wholeDelivery + " WHERE delivery.id = ? AND delivery.organization = ?"
    static let deliveryCount = "SELECT COUNT(*) FROM delivery WHERE organization = ?"
    static let deliveryPage = """
        SELECT * FROM delivery WHERE organization = ?
        ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?
        """
    static let dueDeliveries =
        wholeDelivery + """
             WHERE delivery.state = 'pending' AND delivery.state_at <= ?
                AND delivery.organization NOT IN (SELECT value FROM json_each(?))
            ORDER BY delivery.state_at, delivery.id LIMIT ?
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
        let row = try DeliveryRow(delivery)
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.updateDelivery).execute(arguments: [
                row.state, row.stateAt, row.attempts, row.id,
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

    /// Returns the deliveries, newest first.
    public func deliveries(
        organization: String,
        page: Page
    ) async throws -> Listing<DeliverySummary> {
        let records = try await read { db in
            try db.listing(
                count: Query.deliveryCount,
                page: Query.deliveryPage,
                arguments: [organization],
                page,
                DeliveryRow.init(row:)
            )
        }
        return Listing(
            elements: try records.elements.map { try $0.summarized() },
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
            // For SQLite a negative LIMIT means no limit.
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
            // Another process may have stored a secret first.
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
