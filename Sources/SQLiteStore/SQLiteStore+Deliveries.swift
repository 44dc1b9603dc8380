public import Domain
public import Foundation
import GRDB
import StoredRecords

extension Query {
    static let insertDelivery = """
        INSERT INTO delivery (id, organization, execution, task, url, receiver, created_at, state,
            state_at, attempts)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, state_at = excluded.state_at,
            attempts = excluded.attempts
        """
    /// Inserts the body, which never changes.
    static let insertDeliveryBody =
        "INSERT INTO delivery_body (id, content) VALUES (?, ?) ON CONFLICT (id) DO NOTHING"
    static let updateDelivery =
        "UPDATE delivery SET state = ?, state_at = ?, attempts = ? WHERE id = ?"
    static let delivery = "SELECT * FROM delivery WHERE id = ? AND organization = ?"
    static let wholeDelivery = """
        SELECT delivery.*, delivery_body.content AS body
        FROM delivery LEFT JOIN delivery_body USING (id) WHERE delivery.id = ?
        """
    static let deliveryCount = "SELECT COUNT(*) FROM delivery WHERE organization = ?"
    static let deliveryPage = """
        SELECT * FROM delivery WHERE organization = ?
        ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?
        """
    /// Seeks the next organization in the index, at its earliest pending delivery.
    static let nextOwedOrganization = """
        SELECT organization, state_at FROM delivery INDEXED BY delivery_turn
        WHERE state = 'pending' AND organization > ?
        ORDER BY organization, state_at LIMIT 1
        """
    private static let dueColumns = """
        SELECT id, organization, receiver, state_at, LENGTH(attempts) > 2 AS is_retry,
            (SELECT LENGTH(content) FROM delivery_body AS body WHERE body.id = delivery.id) AS bytes
        FROM delivery INDEXED BY delivery_receiver
        """
    /// Seeks the next receiver of an organization in the index, at its earliest pending delivery.
    static let nextReceiver =
        dueColumns + """
             WHERE state = 'pending' AND organization = ? AND receiver > ?
            ORDER BY receiver, state_at, id LIMIT 1
            """
    /// Finds a receiver's earliest pending delivery behind those that are left out.
    static let receiverDelivery =
        dueColumns + """
             WHERE state = 'pending' AND organization = ? AND receiver = ?
                AND id NOT IN (SELECT value FROM json_each(?))
            ORDER BY state_at, id LIMIT 1
            """
    static let nextDelivery =
        "SELECT state_at FROM delivery WHERE state = 'pending' ORDER BY state_at, id LIMIT 1"
    static let deliveryReads = [
        delivery, wholeDelivery, deliveryCount, deliveryPage, nextOwedOrganization, nextReceiver,
        receiverDelivery, nextDelivery, webhookSecret,
    ]
    static let webhookSecret = "SELECT webhook_secret FROM organization WHERE id = ?"
    static let replaceWebhookSecret =
        "UPDATE organization SET webhook_secret = ?2 WHERE id = ?1"
    static let keepWebhookSecret =
        "UPDATE organization SET webhook_secret = COALESCE(webhook_secret, ?2) WHERE id = ?1"
}

extension SQLiteStore {
    public func save(_ delivery: DeliverySummary) async throws {
        let row = try DeliveryRow(delivery)
        try await write(surviving: .power) { db in
            try db.cachedStatement(sql: Query.updateDelivery).execute(arguments: [
                row.state, row.stateAt, row.attempts, row.id,
            ])
        }
    }

    public func delivery(id: String, organization: String) async throws -> DeliverySummary? {
        let row = try await read { db in
            try Row.fetchOne(
                db.cachedStatement(sql: Query.delivery),
                arguments: [id, organization]
            )
            .map(DeliveryRow.init(row:))
        }
        return try row?.summary()
    }

    public func wholeDelivery(id: String) async throws -> Delivery? {
        let record = try await read { db in
            try Row.fetchOne(db.cachedStatement(sql: Query.wholeDelivery), arguments: [id])
                .map(DeliveryRecord.init(row:))
        }
        guard let record else { return nil }
        return try await readable([record], givingUp: .delivery) {
            record throws(UnreadableRecord) in try record.delivery()
        }.first
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

// MARK: - Turns

extension SQLiteStore {
    /// Searches a circle of names once; `start` itself is the last.
    ///
    /// - Parameters:
    ///   - next: finds the first row behind a name; `nil` ends this half of the circle.
    ///   - take: returns the result of the search, or `nil` to go on.
    private static func circle<Result>(
        after start: String,
        next: (_ place: String) throws -> Row?,
        name: (Row) -> String,
        take: (Row, _ name: String) throws -> Result?
    ) throws -> Result? {
        for (begin, isSecondHalf) in [(start, false), ("", true)] {
            var place = begin
            while let row = try next(place) {
                place = name(row)
                if isSecondHalf, place > start { break }
                if let result = try take(row, place) { return result }
            }
        }
        return nil
    }

    public func organizationOwed(
        after organization: String,
        at date: Date,
        excluding excluded: Set<String>
    ) async throws -> String? {
        try await read { db in
            let statement = try db.cachedStatement(sql: Query.nextOwedOrganization)
            return try Self.circle(
                after: organization,
                next: { try Row.fetchOne(statement, arguments: [$0]) },
                name: { $0["organization"] }
            ) { row, name in
                let isDue = row["state_at"] <= date.microseconds && !excluded.contains(name)
                return isDue ? name : nil
            }
        }
    }

    public func dueDeliveries(
        organization: String,
        at date: Date,
        after receiver: String,
        excluding ids: Set<String>,
        limit: Int
    ) async throws -> DueDeliveries {
        let excluded = String(decoding: try JSONEncoder().encode(ids), as: UTF8.self)
        return try await read { db in
            let receivers = try db.cachedStatement(sql: Query.nextReceiver)
            let others = try db.cachedStatement(sql: Query.receiverDelivery)
            var found = DueDeliveries()
            var left = limit
            _ = try Self.circle(
                after: receiver,
                next: { place in
                    guard left > 0 else { return nil }
                    return try Row.fetchOne(receivers, arguments: [organization, place])
                },
                name: { $0["receiver"] }
            ) { row, name -> Never? in
                left -= 1
                found.last = name
                var delivery = DueDelivery(row)
                if ids.contains(delivery.id) {
                    let other = try Row.fetchOne(others, arguments: [organization, name, excluded])
                    guard let other else { return nil }
                    delivery = DueDelivery(other)
                }
                if delivery.dueAt <= date { found.deliveries.append(delivery) }
                return nil
            }
            return found
        }
    }
}

extension DueDelivery {
    fileprivate init(_ row: Row) {
        self.init(
            id: row["id"],
            organization: row["organization"],
            receiver: row["receiver"],
            dueAt: row.date("state_at"),
            isRetry: row["is_retry"],
            bodyBytes: row["bytes"] ?? 0
        )
    }
}
