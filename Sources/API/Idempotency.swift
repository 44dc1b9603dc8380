import Domain
import Foundation
import HTTPTypes
import Synchronization

/// One request, one execution, however often it is sent.
///
/// The store remembers which execution an `Idempotency-Key` became, for a day. A key is claimed
/// before the execution is submitted, under the identifier that it will have; a submission that is
/// refused lets the key go. While that is under way, the same key is answered 409. So a claim that
/// is found without its execution, and not under way, is what a process that died between the two
/// left behind, and the execution is submitted under the claimed identifier.
final class Idempotency: Sendable {
    static let keyCharactersMax = 255
    static let expirySeconds: TimeInterval = 86_400

    /// How the request goes on.
    enum Outcome {
        /// It is new: submit it under this identifier.
        case submit(id: String)
        /// It became this execution.
        case replay(id: String)
    }

    private struct Entry: Hashable {
        let organization: String
        let key: String
    }

    private let store: any Store
    private let underWay = Mutex<Set<Entry>>([])

    init(store: any Store) { self.store = store }

    /// - Returns: the caller's key, or `nil` where it sent none.
    static func key(_ headers: HTTPFields) throws(APIError) -> String? {
        guard let key = headers[.idempotencyKey] else { return nil }
        let isPrintable = key.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        guard isPrintable, (1...keyCharactersMax).contains(key.utf8.count) else {
            throw .field(
                "Idempotency-Key",
                "must be 1 to \(keyCharactersMax) printable ASCII characters",
                limit: JSONValue(keyCharactersMax)
            )
        }
        return key
    }

    /// Claims `key` and has `submit` do what comes of it, unless the same is under way.
    func holding<Value: Sendable>(
        _ key: String,
        organization: String,
        fingerprint: Data,
        candidate id: String,
        now: Date,
        submit: (Outcome) async throws -> Value
    ) async throws -> Value {
        let entry = Entry(organization: organization, key: key)
        guard underWay.withLock({ $0.insert(entry).inserted }) else {
            throw APIError(
                code: .conflict,
                message: "a request with this Idempotency-Key is under way",
                headers: [.retryAfter: "1"]
            )
        }
        defer { underWay.withLock { _ = $0.remove(entry) } }
        let claim = try await store.claim(
            idempotencyKey: key,
            organization: organization,
            fingerprint: fingerprint,
            execution: id,
            at: now,
            expiry: now.addingTimeInterval(-Self.expirySeconds)
        )
        switch claim {
        case .mismatch:
            throw APIError(
                code: .idempotencyMismatch,
                message: "this Idempotency-Key belongs to a request with another body"
            )
        case .replay(let earlier):
            let isKept = try await store.execution(id: earlier, organization: organization) != nil
            return try await submit(isKept ? .replay(id: earlier) : .submit(id: earlier))
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
