public import Domain
public import Foundation

/// One attempt of a delivery.
///
/// A delivery keeps its attempts as one list.
public struct AttemptRecord: Codable, Sendable {
    let startedAt: Date
    let durationMilliseconds: Int
    let outcome: Outcome

    enum Outcome: Codable, Sendable {
        case answered(status: Int)
        case failed(reason: String)
    }

    private init(_ attempt: Delivery.Attempt) {
        startedAt = attempt.startedAt
        durationMilliseconds = attempt.durationMilliseconds
        outcome =
            switch attempt.outcome {
            case .answered(let status): .answered(status: status)
            case .failed(let reason): .failed(reason: reason)
            }
    }

    private var value: Delivery.Attempt {
        let outcome: Delivery.Outcome =
            switch outcome {
            case .answered(let status): .answered(status: status)
            case .failed(let reason): .failed(reason: reason)
            }
        return Delivery.Attempt(
            startedAt: startedAt,
            durationMilliseconds: durationMilliseconds,
            outcome: outcome
        )
    }

    public static func encode(_ attempts: [Delivery.Attempt]) throws -> Data {
        try JSONEncoder.stable.encode(attempts.map(AttemptRecord.init))
    }

    public static func decode(_ json: Data) throws(RecordDamage) -> [Delivery.Attempt] {
        do {
            return try JSONDecoder().decode([AttemptRecord].self, from: json).map(\.value)
        } catch {
            throw RecordDamage(error)
        }
    }
}
