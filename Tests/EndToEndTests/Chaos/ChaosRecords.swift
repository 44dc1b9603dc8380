import Foundation
import Testing

/// The service's records of a plan's orders.
struct Records {
    let plan: ChaosPlan
    let key: Key
    let byOrder: [Int: Record]
    private let server: Server
    private let all: [Record]

    struct Record {
        let id: String
        let order: Int
        let status: String
        let attempts: Int
    }

    /// Reads the records when no execution is queued or running.
    init(_ server: Server, _ key: Key, _ plan: ChaosPlan) async throws {
        for status in ["queued", "running"] {
            try await eventually("nothing \(status)") {
                let list = try await server.get(
                    "\(Server.executions)?limit=1&status=\(status)",
                    key: key
                )
                return try list.json["pagination"]["total"].int == 0
            }
        }
        let all = try await server.pages(Server.executions, key: key).map { value in
            Record(
                id: try #require(value["id"].string),
                order: try #require(value["metadata"]["order"].string.flatMap { Int($0) }),
                status: try #require(value["status"].string),
                attempts: try #require(value["attempts"].int)
            )
        }
        self.plan = plan
        self.key = key
        self.server = server
        self.all = all
        byOrder = Dictionary(all.map { ($0.order, $0) }) { first, _ in first }
    }

    /// Checks that no accepted order is lost, duplicated, or another caller's.
    func expectEveryOrderOnce(_ gathered: ChaosRun.Gathered) async throws {
        for order in plan.orders(.callback, .asynchronous) {
            let found = all.filter { $0.order == order.number }
            #expect(found.map(\.id) == [gathered.ids[order.number]], "order \(order.number)")
            guard let record = found.first else { continue }
            if record.status == "internal_error" {
                #expect(record.attempts == 3)
                continue
            }
            #expect(record.status == order.expectedStatus, "order \(order.number)")
            let execution = try await server.execution(record.id, key: key)
            #expect(execution["stdout"].string == order.expectedOutput)
        }
        #expect(all.allSatisfy { (1...3).contains($0.attempts) })
    }

    /// Checks that the records have every attempt that a log mentions.
    func expectMarked(_ logs: [String]) {
        var least: [String: Int] = [:]
        for line in logs.flatMap({ $0.split(separator: "\n") }) {
            guard let id = line.firstMatch(of: #/execution=(exe_[a-z0-9]+)/#)?.1 else { continue }
            var attempts = 0
            if line.hasSuffix("execution retried") {
                attempts = line.firstMatch(of: #/attempt=([0-9]+)/#).flatMap { Int($0.1) } ?? 0
            } else if line.hasSuffix("execution taken up again") {
                let before = line.firstMatch(of: #/attempts=([0-9]+)/#).flatMap { Int($0.1) }
                attempts = (before ?? 0) + 1
            }
            least[String(id)] = max(least[String(id)] ?? 0, attempts)
        }
        for record in all {
            #expect(record.attempts >= least[record.id] ?? 1, "\(record.id)")
        }
        // Without a repeated attempt, no kill had an effect and the test proves nothing.
        #expect(all.contains { $0.attempts > 1 })
    }

    var summary: String {
        let attempts = Dictionary(grouping: all, by: \.attempts).mapValues(\.count)
        let faults = all.count { $0.status == "internal_error" }
        return "records: \(all.count), by attempts: \(attempts.sorted { $0.key < $1.key }), "
            + "internal errors: \(faults);"
    }
}

extension Server {
    /// Returns every element of a list.
    func pages(_ path: String, key: Key) async throws -> [JSON] {
        var elements: [JSON] = []
        while true {
            let page = try await get("\(path)?limit=100&offset=\(elements.count)", key: key).json
            elements += page["data"].elements
            if page["pagination"]["has_more"].bool != true { return elements }
        }
    }
}
