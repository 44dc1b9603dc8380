import Domain
import Foundation
import GRDB
import StoredRecords

/// The row of a delivery, without the body, which only the courier reads.
struct DeliveryRow: Sendable {
    let id: String
    let organization: String
    let execution: String?
    let task: String?
    let url: String
    /// Where the URL leads, by which the courier takes turns.
    let receiver: String
    let createdAt: Int64
    let state: String
    let stateAt: Int64
    let attempts: Data

    init(_ delivery: DeliverySummary) throws {
        id = delivery.id
        organization = delivery.organization
        switch delivery.subject {
        case .execution(let id): (execution, task) = (id, nil)
        case .task(let id): (execution, task) = (nil, id)
        }
        url = delivery.url
        receiver = CallbackURL.receiver(of: url)
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
        receiver = row["receiver"]
        createdAt = row["created_at"]
        state = row["state"]
        stateAt = row["state_at"]
        attempts = row["attempts"]
    }

    var arguments: StatementArguments {
        [id, organization, execution, task, url, receiver, createdAt, state, stateAt, attempts]
    }

    /// Returns the summary, without attempts if they are damaged, so that a list shows the others.
    func summarized() throws(UnreadableRecord) -> DeliverySummary {
        try summary(attempts: (try? AttemptRecord.decode(attempts)) ?? [])
    }

    func summary() throws(UnreadableRecord) -> DeliverySummary {
        let attempts = try UnreadableRecord.naming(id) { () throws(RecordDamage) in
            try AttemptRecord.decode(self.attempts)
        }
        return try summary(attempts: attempts)
    }

    private func summary(attempts: [Delivery.Attempt]) throws(UnreadableRecord) -> DeliverySummary {
        DeliverySummary(
            id: id,
            organization: organization,
            subject: try subject(),
            url: url,
            createdAt: Date(microseconds: createdAt),
            state: try domainState(),
            attempts: attempts
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
        switch state {
        case "pending": return .pending(nextAttemptAt: at)
        case "delivered": return .delivered(at: at)
        case "failed": return .failed(at: at)
        default: throw UnreadableRecord(contradictory: id)
        }
    }
}

/// A complete delivery: its row and its body.
struct DeliveryRecord: Sendable {
    let row: DeliveryRow
    let body: Data?

    init(_ delivery: Delivery) throws {
        row = try DeliveryRow(DeliverySummary(delivery))
        body = delivery.body
    }

    init(row: Row) {
        self.row = DeliveryRow(row: row)
        body = row["body"]
    }

    func save(in db: Database) throws {
        try db.cachedStatement(sql: Query.insertDelivery).execute(arguments: row.arguments)
        try db.cachedStatement(sql: Query.insertDeliveryBody).execute(arguments: [row.id, body])
    }

    func delivery() throws(UnreadableRecord) -> Delivery {
        guard let body else { throw UnreadableRecord(id: row.id, reason: "it has no body") }
        return Delivery(try row.summary(), body: body)
    }
}
