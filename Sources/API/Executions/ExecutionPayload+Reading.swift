public import Foundation
import JSON

// Readers of a server's answers, for client programs. They use the same declarations as the
// writers.

extension ExecutionPayload {
    /// - Parameter body: the body of an answer.
    /// - Returns: `nil` if it is not an execution in the envelope.
    public init?(answer body: Data) {
        guard let execution = Self.whole.codec.answered(body) else { return nil }
        self = execution
    }
}

extension RuntimePayload {
    /// - Returns: `nil` if the answer is not a list of runtimes in the envelope.
    public static func list(answer body: Data) -> [RuntimePayload]? {
        Codec.list("", of: codec).answered(body)
    }
}

extension Codec {
    fileprivate func answered(_ body: Data) -> Value? {
        guard let answer = try? StrictJSON.parse(Array(body)), let data = answer["data"] else {
            return nil
        }
        return try? decode(data, "data")
    }
}
