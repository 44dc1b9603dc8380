import Commands
import Foundation

/// One caller of a server, on one connection that is kept: has a program run, and checks what came.
///
/// Without a key it is a stranger at the try-it endpoint. One thread at a time uses it.
final class HTTPCaller: Sendable {
    private let connection: HTTPConnection
    private let path: String
    private let headers: [String]

    /// - Throws: ``CommandError`` where nobody listens there.
    init(_ address: HTTPAddress, key: String? = nil) throws {
        connection = try HTTPConnection(address)
        path = Self.path(key: key)
        headers = key.map { ["Authorization: Bearer \($0)"] } ?? []
    }

    /// The path of the request, with a key and without.
    static func path(key: String?) -> String { key == nil ? "/sandbox/try" : "/executions" }

    struct Answer {
        /// From the request's first byte to the answer's last.
        let milliseconds: Double
        /// The wall time of the program's own stage.
        let stageMilliseconds: Double
    }

    /// - Throws: ``CommandError`` where the answer is no execution that did what it should.
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
        else { throw CommandError(1, "the program did not do what it should: \(said)") }
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

/// A workload as it is asked for, encoded ahead of time.
struct RunRequest: Sendable {
    let body: Data
    let expected: String

    init(_ workload: Workload) throws {
        body = try JSONEncoder().encode(["code": workload.code, "language": workload.language])
        expected = workload.expected
    }
}
