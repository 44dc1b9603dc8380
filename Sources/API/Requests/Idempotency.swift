import Domain
import Foundation
import HTTPTypes
import JSON
import Synchronization

/// The rule that a request with an `Idempotency-Key` becomes one execution or task, however often
/// it is sent.
///
/// The store keeps the identifier that an `Idempotency-Key` led to for a day. A key is claimed
/// before the submission, under the new identifier; if the submission is refused, the claim is
/// released. Meanwhile, a second request with the key gets 409. So a claim that is not in progress,
/// and whose execution or task does not exist, was left by a process that died between the claim
/// and the submission. The request is then submitted under the claimed identifier.
final class Idempotency: Sendable {
    static let keyCharactersMax = 255

    /// The way in which the request continues.
    enum Outcome {
        /// The request is new, and is submitted under this identifier.
        case submit(id: String)
        /// The request had led to the execution or task with this identifier.
        case replay(id: String)
    }

    private struct Entry: Hashable {
        let organization: String
        let key: String
    }

    private let store: any IdempotencyStore
    private let underWay = Mutex<Set<Entry>>([])

    init(store: any IdempotencyStore) { self.store = store }

    /// - Returns: the caller's key, or `nil` if it sent none.
    static func key(_ headers: HTTPFields) throws(APIError) -> String? {
        guard let key = headers[.idempotencyKey] else { return nil }
        return try checked(key, at: "Idempotency-Key")
    }

    static func checked(_ key: String, at field: String) throws(APIError) -> String {
        let isPrintable = key.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        guard isPrintable, (1...keyCharactersMax).contains(key.utf8.count) else {
            throw .field(
                field,
                "must be 1 to \(keyCharactersMax) printable ASCII characters",
                limit: JSONValue(keyCharactersMax)
            )
        }
        return key
    }

    /// Claims `key` and calls `submit` with the outcome; if the same key is in progress, throws
    /// 409.
    ///
    /// `isKept` says whether the execution or task of an earlier request still exists.
    func holding<Value: Sendable>(
        _ key: String,
        organization: String,
        fingerprint: Data,
        candidate id: String,
        now: Date,
        isKept: (_ id: String) async throws -> Bool,
        submit: (Outcome) async throws -> Value
    ) async throws -> Value {
        let entry = Entry(organization: organization, key: key)
        guard underWay.withLock({ $0.insert(entry).inserted }) else {
            throw APIError(
                code: .conflict,
                message: "a request with this Idempotency-Key is in progress",
                headers: [.retryAfter: "1"]
            )
        }
        defer { underWay.withLock { _ = $0.remove(entry) } }
        let claim = try await store.claim(
            idempotencyKey: key,
            organization: organization,
            fingerprint: fingerprint,
            subject: id,
            at: now,
            expiry: now.addingTimeInterval(-IdempotencyClaim.lifetimeSeconds)
        )
        switch claim {
        case .mismatch:
            throw APIError.idempotencyMismatch
        case .replay(let earlier):
            let isThere = try await isKept(earlier)
            return try await submit(isThere ? .replay(id: earlier) : .submit(id: earlier))
        case .claimed:
            do {
                return try await submit(.submit(id: id))
            } catch {
                try await store.release(idempotencyKey: key, organization: organization)
                throw error
            }
        }
    }
}
