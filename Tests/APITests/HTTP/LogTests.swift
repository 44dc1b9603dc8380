import Foundation
import HTTPTypes
import JSON
import Logging
import Synchronization
import Testing

@testable import API

@Suite struct LogTests {
    /// Keeps every line, with its metadata, as text.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            lines.add("\(event.message) \(all)")
        }
    }

    @Test func `a request is logged with its name, and no credential or query ever is`()
        async throws
    {
        let lines = Lines()
        var fixture = try Fixture()
        fixture.configuration.allowsQueryKey = true
        fixture.logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        let secrets = [Keys.secret(Fixture.reader), Keys.secret(Fixture.revoked), "sk_live_typo"]
        try await fixture.run { caller in
            for secret in secrets {
                for headers: HTTPFields in [
                    [.authorization: "Bearer " + secret], [.authorization: "Token " + secret],
                    [.authorization: secret], [.xAPIKey: secret],
                ] {
                    _ = try await caller.send(.get, "/v1/executions", headers: headers)
                }
                _ = try await caller.send(.get, "/v1/executions?apiKey=" + secret)
            }
            _ = try await caller.send(
                .get,
                "/v1/usage?secret=1",
                headers: [.xRequestID: "my-request"]
            )
        }
        let text = lines.all.joined(separator: "\n")
        for secret in secrets { #expect(!text.contains(secret)) }
        #expect(!text.contains("secret=1"))
        let usage = lines.all.filter { $0.contains("/v1/usage") }
        #expect(usage.count == 1)
        #expect(usage.first?.contains("my-request") == true)
        #expect(text.contains("revoked"))
    }

    @Test func `a path is logged without what a terminal would obey`() async throws {
        let lines = Lines()
        var fixture = try Fixture()
        fixture.logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        try await fixture.run { caller in
            _ = try await caller.send(
                .get,
                "/\u{1b}]52;c;x\u{7}" + String(repeating: "y", count: 300)
            )
        }
        let text = lines.all.joined()
        #expect(text.contains("/?]52;c;x?"))
        #expect(!text.contains(String(repeating: "y", count: 200)))
    }
}
