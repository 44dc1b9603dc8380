import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import Logging
import Queue
import TemporaryStore
import Testing

@testable import API
@testable import Identity
@testable import SQLiteStore

/// The whole HTTP server over fakes, without a network.
struct Fixture: Sendable {
    private let temporary: TemporaryStore
    let service: ScriptedService
    let dispatcher: TaskDispatch
    var configuration = APIConfiguration(port: 0, version: "1.2.3")
    var plans = Plans([Sample.anonymous, Sample.free])
    var readiness: APIDependencies.Readiness = { nil }
    var wakes = Wakes()
    var clock = WallClock { Sample.now }
    let hasher = PasswordHasher(
        cost: PasswordHash.Cost(logRounds: 4, blockSize: 1, parallelism: 1)
    )
    var logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    var store: any Store { temporary.store }

    /// Returns the rows that an SQL statement finds in the store.
    func inspect(_ sql: String) async throws -> [String] { try await temporary.store.inspect(sql) }

    init(_ script: ScriptedService.Script = .finish(Sample.success)) throws {
        let temporary = try TemporaryStore()
        let store = temporary.store
        self.temporary = temporary
        service = ScriptedService(script, store: store, report: Sample.report)
        dispatcher = TaskDispatch(
            executions: service,
            store: store,
            tasksMax: 1,
            plan: { _ in Sample.free },
            clock: WallClock { Sample.now },
            logger: logger,
            callbackBody: { CallbackBody(bytesMax: 1 << 20).of($0) },
            deliveriesSaved: {}
        )
    }

    /// The number of calls that woke the courier.
    actor Wakes {
        private(set) var count = 0
        func add() { count += 1 }
    }

    struct NoAnonymousPlan: Error {}

    /// Returns all routes.
    func table() throws -> RouteTable {
        RouteTable(configuration, try dependencies())
    }

    func application() async throws -> some ApplicationProtocol {
        try await insertKeys()
        let state = HTTPServerState(configuration)
        return makeApplication(configuration, try dependencies(), state, logger: logger)
    }

    private func dependencies() throws -> APIDependencies {
        guard let plans else { throw NoAnonymousPlan() }
        return APIDependencies(
            executions: service,
            tasks: dispatcher,
            store: store,
            accounts: Accounts(
                store: store,
                signUps: PasswordRules().map { .init(rules: $0, perDay: 3) },
                hasher: hasher,
                clock: clock
            ),
            runtimes: Sample.runtimes,
            plans: plans,
            clock: clock,
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
    }

    func document() throws -> JSONValue {
        OpenAPIDocument(
            try table(),
            configuration: configuration,
            runtimes: Sample.runtimes,
            plans: try dependencies().plans
        ).json
    }

    func run(_ test: @Sendable (Caller) async throws -> Void) async throws {
        let contract = Contract(document: try document())
        try await application().test(.router) {
            try await test(Caller(client: $0, contract: contract))
        }
    }

    /// Runs `test` while tasks are dispatched.
    func runDispatching(_ test: @Sendable (Caller) async throws -> Void) async throws {
        let dispatching = Task { await dispatcher.run() }
        defer { dispatching.cancel() }
        try await run(test)
    }

    /// A client that checks every answer against the document.
    struct Caller: Sendable {
        let client: any TestClientProtocol
        let contract: Contract

        func send(
            _ method: HTTPRequest.Method,
            _ path: String,
            _ body: String? = nil,
            as key: String? = nil,
            type: String = "application/json",
            headers: HTTPFields = [:],
            at sourceLocation: SourceLocation = #_sourceLocation
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
            let reply = Reply(response)
            contract.check(method, path, reply, at: sourceLocation)
            return reply
        }
    }
}

/// An answer.
///
/// Foundation's reader checks it as well, which is not the reader under test.
struct Reply {
    let status: Int
    let headers: HTTPFields
    let text: String
    let bytes: [UInt8]
    private let object: JSONValue

    init(_ response: TestResponse) {
        status = response.status.code
        headers = response.headers
        text = String(buffer: response.body)
        bytes = Array(response.body.readableBytesView)
        let foundation = try? JSONSerialization.jsonObject(with: Data(text.utf8))
        object =
            foundation == nil ? .null : (try? StrictJSON.parse(Array(text.utf8))) ?? .null
    }

    /// Returns the value at a path such as `error.details.field`.
    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(object)) { value, name in
            value?[String(name)]
        }
    }

    var errorCode: String? { self["error.code"]?.text }
    var errorField: String? { self["error.details.field"]?.text }
}
