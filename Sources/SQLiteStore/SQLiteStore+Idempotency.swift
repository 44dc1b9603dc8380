public import Domain
public import Foundation
import GRDB

extension Query {
    static let idempotencyClaim = """
        SELECT fingerprint, subject FROM idempotency
        WHERE organization = ? AND key = ? AND claimed_at >= ?
        """
    static let claim = """
        INSERT OR REPLACE INTO idempotency (organization, key, fingerprint, subject, claimed_at)
        VALUES (?, ?, ?, ?, ?)
        """
    static let pruneClaims = """
        DELETE FROM idempotency WHERE rowid IN
            (SELECT rowid FROM idempotency WHERE claimed_at < ?1 ORDER BY claimed_at LIMIT ?2)
        """
    static let release = "DELETE FROM idempotency WHERE organization = ? AND key = ?"
}

extension SQLiteStore {
    /// The expired entries that each new entry deletes: more than it adds, but few.
    static let claimsPrunedMax = 4

    /// Claims a key; an entry that was claimed exactly at `expiry` is still valid.
    public func claim(
        idempotencyKey: String,
        organization: String,
        fingerprint: Data,
        subject: String,
        at date: Date,
        expiry: Date
    ) async throws -> IdempotencyClaim {
        try await write(surviving: .process) { db in
            let holder = try Row.fetchOne(
                db.cachedStatement(sql: Query.idempotencyClaim),
                arguments: [organization, idempotencyKey, expiry.microseconds]
            )
            if let holder {
                guard holder["fingerprint"] as Data == fingerprint else { return .mismatch }
                return .replay(subject: holder["subject"])
            }
            try db.cachedStatement(sql: Query.claim).execute(arguments: [
                organization, idempotencyKey, fingerprint, subject, date.microseconds,
            ])
            try db.cachedStatement(sql: Query.pruneClaims)
                .execute(arguments: [expiry.microseconds, Self.claimsPrunedMax])
            return .claimed
        }
    }

    public func release(idempotencyKey: String, organization: String) async throws {
        try await write(surviving: .process) { db in
            try db.cachedStatement(sql: Query.release).execute(arguments: [
                organization, idempotencyKey,
            ])
        }
    }
}
