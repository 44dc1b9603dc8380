import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging

@testable import API

/// The whole front door over fakes, without a network.
struct Fixture: Sendable {
    let store = MemoryStore()
    let service: ScriptedService
    var configuration = APIConfiguration(port: 0, version: "1.2.3")
    var plans = Plans([Sample.anonymous, Sample.free])
    var readiness: APIDependencies.Readiness = { nil }
    var wakes = Wakes()
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ script: ScriptedService.Script = .finish(Sample.success)) {
        service = ScriptedService(script, store: store, report: Sample.report)
    }

    /// How often the courier was told to look.
    actor Wakes {
        private(set) var count = 0
        func add() { count += 1 }
    }

    struct NoAnonymousPlan: Error {}

    func application() async throws -> some ApplicationProtocol {
        guard let plans else { throw NoAnonymousPlan() }
        try await insertKeys()
        let dependencies = APIDependencies(
            executions: service,
            store: store,
            runtimes: Sample.runtimes,
            plans: plans,
            clock: WallClock { Sample.now },
            readiness: readiness,
            metrics: {
                [
                    Metric(
                        name: "quicksand_queue_length",
                        help: "Waiting.",
                        kind: .gauge,
                        samples: [.init(labels: [("plan", "a\"b\\\n")], value: 3)]
                    )
                ]
            },
            wakeCourier: { [wakes] in await wakes.add() }
        )
        return makeApplication(
            configuration,
            dependencies,
            logger: logger
        )
    }

    func run(_ test: @Sendable (Caller) async throws -> Void) async throws {
        try await application().test(.router) { try await test(Caller(client: $0)) }
    }

    /// One who sends requests.
    struct Caller: Sendable {
        let client: any TestClientProtocol

        func send(
            _ method: HTTPRequest.Method,
            _ path: String,
            _ body: String? = nil,
            as key: String? = nil,
            type: String = "application/json",
            headers: HTTPFields = [:]
        ) async throws -> Reply {
            var headers = headers
            if let key { headers[.authorization] = "Bearer " + Keys.secret(key) }
            if body != nil { headers[.contentType] = type }
            let response = try await client.execute(
                uri: path,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
            return Reply(response)
        }
    }
}

/// An answer, read with another reader than the one under test.
struct Reply {
    let status: Int
    let headers: HTTPFields
    let text: String
    private let object: JSONValue

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
        let foundation = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        object =
            foundation == nil ? .null : (try? StrictJSON.parse(Array(text.utf8))) ?? .null
    }

    /// The value at a path such as `error.details.field`.
    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(object)) { value, name in
            value?[String(name)]
        }
    }

    var errorCode: String? { self["error.code"]?.text }
    var errorField: String? { self["error.details.field"]?.text }
}
