import Foundation
import Testing

/// A service under load whose processes are killed, and restarted if nothing else restarts them.
///
/// The kills hit only the run's own processes: the front that it started, and the front's
/// descendants.
final class ChaosRun: Sendable {
    let plan: ChaosPlan
    let key: Key
    private let deployment: Deployment
    private let arguments: [String]
    private let callbackURL: String
    /// The server; `nil` during a start.
    private let current = Monitor<Server?>(nil)
    private let taken = Monitor(0)
    private let gathered = Monitor(Gathered())

    struct Gathered: Sendable {
        /// The executions' ids by the order's number.
        var ids: [Int: String] = [:]
        var logs: [String] = []
        var doomed: [ProcessTable.Entry] = []
        var retriedRequests = 0
    }

    private static let clients = 8

    init(
        _ plan: ChaosPlan,
        _ deployment: Deployment,
        key: Key,
        arguments: [String],
        callbackURL: String
    ) {
        self.plan = plan
        self.deployment = deployment
        self.key = key
        self.arguments = arguments
        self.callbackURL = callbackURL
    }

    /// - Parameter body: checks the results at the last server.
    func run(_ body: (Server, Gathered) async throws -> Void) async throws {
        do {
            try await startServer()
            try await withThrowingTaskGroup { group in
                group.addTask { try await self.strikeAll() }
                for _ in 0..<Self.clients { group.addTask { try await self.askAll() } }
                try await group.waitForAll()
            }
            let server = try await self.server()
            var gathered = gathered.value
            gathered.logs.append(server.log)
            try await body(server, gathered)
            await server.program.end()
        } catch {
            await current.value?.program.end()
            throw error
        }
    }

    private func startServer() async throws {
        let program = try deployment.start(arguments)
        do {
            let server = try await Server(program, deployment: deployment)
            current.change { $0 = server }
        } catch {
            await program.end()
            throw error
        }
    }

    private func server() async throws -> Server {
        guard let server = await current.wait(until: { $0 != nil }), let server else {
            throw Unreached(what: "a server that listens")
        }
        return server
    }
}

// MARK: - The kills

extension ChaosRun {
    private func strikeAll() async throws {
        for kill in plan.kills {
            guard await taken.wait(until: { $0 >= kill.moment }) != nil else {
                throw Unreached(what: "moment \(kill.moment)")
            }
            try await strike(kill.victim)
        }
    }

    private func strike(_ victim: ChaosPlan.Victim) async throws {
        let server = try await server()
        let front = server.program.pid
        switch victim {
        case .initOfAJail:
            let found = try await eventually("a jail's init") { () -> ProcessTable.Entry?? in
                // Read the flag before the processes: no order can then come unseen.
                let isLast = taken.value == plan.orders.count
                let warden = server.processes.warden?.pid
                let first = ProcessTable.jailed(below: front).first { $0.parent == warden }
                return first != nil || isLast ? .some(first) : nil
            }
            if let found { kill(found.pid, SIGKILL) }
        case .warden:
            let warden = try await eventually("a warden") { server.processes.warden }
            doom(ProcessTable.descendants(of: warden.pid) + [warden])
            kill(warden.pid, SIGKILL)
        case .front: try await restart(server, killing: [])
        case .frontAndWarden:
            let warden = try await eventually("a warden") { server.processes.warden }
            try await restart(server, killing: [warden.pid])
        case .monitor:
            let monitor = try #require(server.processes.monitor)
            try await restart(server, killing: [monitor.pid], front: false)
        case .everything:
            let (monitor, warden) = server.processes
            try await restart(server, killing: [monitor, warden].compactMap { $0?.pid })
        }
    }

    private func restart(
        _ server: Server,
        killing others: [Int32],
        front: Bool = true
    ) async throws {
        doom(ProcessTable.descendants(of: server.program.pid))
        current.change { $0 = nil }
        for pid in others { kill(pid, SIGKILL) }
        if front { server.program.signal(SIGKILL) }
        let code = try await server.program.exitCode()
        #expect(code == (front ? 128 + SIGKILL : 1))
        try await startServer()
        // The monitor and the warden share the pipe: its end is also their end.
        let log = await server.program.stderr.wait(until: \.isClosed)
        let text = try #require(log, "a process of a killed server holds its log open").text
        gathered.change { $0.logs.append(text) }
    }

    private func doom(_ processes: [ProcessTable.Entry]) {
        gathered.change { $0.doomed += processes }
    }
}

// MARK: - The orders

extension ChaosRun {
    private func askAll() async throws {
        while let order = takeOrder() { try await ask(order) }
    }

    private func takeOrder() -> ChaosPlan.Order? {
        var order: ChaosPlan.Order?
        taken.change { taken in
            guard taken < plan.orders.count else { return }
            order = plan.orders[taken]
            taken += 1
        }
        return order
    }

    /// Repeats the order until there is a final answer.
    private func ask(_ order: ChaosPlan.Order) async throws {
        let request = self.request(for: order)
        let answer = try await eventually("an answer to order \(order.number)") {
            try await attempt(request, order)
        }
        // An order whose first answer was lost may have ended before it is asked again.
        let isReplayed = answer[header: "idempotency-replayed"] == "true"
        #expect(
            answer.status == request.status || isReplayed && answer.status == 200,
            "order \(order.number): \(answer)"
        )
        let execution = try answer.json["data"]
        switch order.manner {
        case .callback, .asynchronous:
            let id = try #require(execution["id"].string)
            gathered.change { $0.ids[order.number] = id }
        case .synchronous, .trial:
            #expect(execution["status"].string == order.expectedStatus)
            #expect(execution["stdout"].string == order.expectedOutput)
        }
    }

    private struct Request {
        var path = Server.executions
        var headers: [String: String] = [:]
        var body: JSONObject
        var status = 200
        var isStrangers = false
    }

    private func request(for order: ChaosPlan.Order) -> Request {
        let (language, text) = order.code
        var request = Request(body: ["language": language, "code": text])
        switch order.manner {
        case .callback:
            request.body["callback_url"] = callbackURL
            request.status = 202
        case .asynchronous: request.headers["Prefer"] = "wait=20"
        case .synchronous: break
        case .trial:
            request.path = "/v1/sandbox/try"
            request.isStrangers = true
        }
        if !request.isStrangers { request.body["metadata"] = ["order": "\(order.number)"] }
        if [.callback, .asynchronous].contains(order.manner) {
            request.headers["Idempotency-Key"] = "order-\(order.number)"
        }
        return request
    }

    /// - Returns: `nil` if the order must be repeated: the server has gone, or asks for a retry.
    private func attempt(_ request: Request, _ order: ChaosPlan.Order) async throws -> HTTPAnswer? {
        let server = try await server()
        // A refused connection counts as a missing answer.
        let connection = try? await server.begin(
            request.path,
            key: request.isStrangers ? nil : key,
            headers: request.headers,
            request.body
        )
        let answer = try await connection?.answerIfWhole()
        switch (answer?.status, order.manner) {
        case (200?, _), (202?, .callback): return answer
        // The execution is still under way; 409 if the server has not yet noticed the end of the
        // earlier request.
        case (nil, _), (503?, _), (409?, _), (202?, .asynchronous):
            gathered.change { $0.retriedRequests += 1 }
            return nil
        default: return answer
        }
    }
}
