import Commands
import Foundation

/// A caller of a server, on one keep-alive connection: requests executions and checks the answers.
///
/// Without a key, the caller is anonymous at the try-it endpoint. One thread at a time uses it.
final class HTTPCaller: Sendable {
    private let connection: HTTPConnection
    private let path: String
    private let headers: [String]

    /// - Throws: ``CommandError`` if nobody listens there.
    init(_ address: HTTPAddress, key: String? = nil) throws {
        connection = try HTTPConnection(address)
        path = Self.path(key: key)
        headers = key.map { ["Authorization: Bearer \($0)"] } ?? []
    }

    /// Returns the path of the request, with or without a key.
    static func path(key: String?) -> String { key == nil ? "/sandbox/try" : "/executions" }

    struct Answer {
        /// The time from the request's first byte to the answer's last byte.
        let milliseconds: Double
        /// The wall time of the program's own stage.
        let stageMilliseconds: Double
    }

    /// - Throws: ``CommandError`` if the answer is not a successful execution with the expected
    ///   output.
    @discardableResult
    func ask(_ request: RunRequest) throws -> Answer {
        let start = ContinuousClock.now
        let answer = try connection.post("/api/v1" + path, headers: headers, request.body)
        let time = start.duration(to: .now).inMilliseconds
        let said = String(decoding: answer.body.prefix(300), as: UTF8.self)
        guard answer.status == 200 else {
            throw CommandError(1, "the server answered \(answer.status): \(said)")
        }
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: answer.body),
            envelope.data.status == "succeeded", envelope.data.stdout == request.expected
        else {
            throw CommandError(1, "the execution failed or printed something unexpected: \(said)")
        }
        return Answer(milliseconds: time, stageMilliseconds: envelope.data.usage.wallMilliseconds)
    }

    private struct Envelope: Decodable {
        let data: Execution

        struct Execution: Decodable {
            let status: String
            let stdout: String
            let usage: Usage
        }

        struct Usage: Decodable {
            let wallMilliseconds: Double

            enum CodingKeys: String, CodingKey { case wallMilliseconds = "wall_ms" }
        }
    }
}

/// The request for a workload, encoded in advance.
struct RunRequest: Sendable {
    let body: Data
    let expected: String

    init(_ workload: Workload) throws {
        body = try JSONEncoder().encode(["code": workload.code, "language": workload.language])
        expected = workload.expected
    }
}
