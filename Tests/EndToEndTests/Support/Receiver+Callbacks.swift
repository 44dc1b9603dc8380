import CallbackReceiver
import Foundation
import Testing

extension Receiver {
    /// Serves while `body` runs, and hands it the URL to post to.
    ///
    /// - Parameter statuses: of the first answers, `nil` for one that never comes; all after them
    ///    are 204.
    static func serve(
        answering statuses: [Int?] = [],
        _ body: (Receiver, String) async throws -> Void
    ) async throws {
        let script: Script = { _, before in
            guard statuses.indices.contains(before) else { return .status(204) }
            return statuses[before].map { .status($0) } ?? .stall
        }
        try await serve(answering: script) { receiver, port in
            try await body(receiver, "http://127.0.0.1:\(port)/hook")
        }
    }

    /// - Throws: ``Unreached`` where there are not so many within the bound.
    func awaitRequests(_ count: Int) async throws -> [Request] {
        try await eventually("\(count) callbacks") { requests.count >= count ? requests : nil }
    }
}

extension Receiver.Request {
    /// The signature as another implementation computes it.
    func signature(secret: String) async throws -> String {
        let script = """
            import base64, hashlib, hmac, sys
            key = base64.b64decode(sys.argv[1].removeprefix("whsec_"))
            content = f"{sys.argv[2]}.{sys.argv[3]}.".encode() + sys.stdin.buffer.read()
            print(base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode())
            """
        let id = try #require(self[header: "webhook-id"])
        let timestamp = try #require(self[header: "webhook-timestamp"])
        let result = try await command(
            "/usr/bin/python3",
            ["-c", script, secret, id, timestamp],
            stdin: body
        )
        try #require(result.code == 0, "\(result.stderr)")
        return "v1," + result.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
