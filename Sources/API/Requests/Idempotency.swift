import Domain
import Foundation
import HTTPTypes
import JSON
import Synchronization

/// One request, one execution or task, however often it is sent.
///
/// The store remembers what an `Idempotency-Key` became, for a day. A key is claimed before
/// anything is submitted, under the identifier that it will have; a submission that is refused lets
/// the key go. While that is under way, the same key is answered 409. So a claim that is found
/// without what it names, and not under way, is what a process that died between the two left
/// behind, and the request is submitted under the claimed identifier.
final class Idempotency: Sendable {
    static let keyCharactersMax = 255

    /// How the request goes on.
    enum Outcome {
        /// It is new: submit it under this identifier.
        case submit(id: String)
        /// It became this.
        case replay(id: String)
    }

    private struct Entry: Hashable {
        let organization: String
        let key: String
    }

    private let store: any IdempotencyStore
    private let underWay = Mutex<Set<Entry>>([])

    init(store: any IdempotencyStore) { self.store = store }

    /// - Returns: the caller's key, or `nil` where it sent none.
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

    /// Claims `key` and has `submit` do what comes of it, unless the same is under way.
    ///
    /// `isKept` says whether what an earlier request became is there.
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
