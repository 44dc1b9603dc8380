import Foundation
import Testing

/// A real `quicksand serve` on loopback.
struct Server: Sendable {
    let program: RunningProgram
    let deployment: Deployment
    let port: Int

    init(_ program: RunningProgram, deployment: Deployment) async throws {
        let log = await program.stderr.wait {
            $0.text.contains("] listening\n") || $0.isClosed
        }
        let text = try #require(log).text
        let address = try #require(
            text.firstMatch(of: #/address=http://127\.0\.0\.1:([0-9]+)/#),
            "it did not start: \(text)"
        )
        self.program = program
        self.deployment = deployment
        port = try #require(Int(address.1))
    }

    var log: String { program.stderr.value.text }

    /// What it says comes by way of a pipe and a thread.
    func awaitLog(_ words: String) async throws {
        guard await program.stderr.wait(until: { $0.text.contains(words) }) != nil else {
            throw Unreached(what: "\(words) in the log:\n\(log)")
        }
    }

    /// Sends one request on a connection of its own, and reads its answer.
    func send(
        _ method: String,
        _ path: String,
        key: Key? = nil,
        headers: [String: String] = [:],
        body: Data? = nil
    ) async throws -> HTTPAnswer {
        try await begin(method, path, key: key, headers: headers, body: body).answer()
    }

    func post(
        _ path: String,
        key: Key? = nil,
        headers: [String: String] = [:],
        _ body: JSONObject
    ) async throws -> HTTPAnswer {
        try await begin(path, key: key, headers: headers, body).answer()
    }

    func get(_ path: String, key: Key? = nil) async throws -> HTTPAnswer {
        try await send("GET", path, key: key)
    }

    /// Sends a request and leaves its answer to be read.
    func begin(
        _ path: String,
        key: Key? = nil,
        headers: [String: String] = [:],
        _ body: JSONObject
    ) async throws -> RawConnection {
        let data = try JSONSerialization.data(withJSONObject: body, options: .sortedKeys)
        let headers = headers.merging(["Content-Type": "application/json"]) { given, _ in given }
        return try await begin("POST", path, key: key, headers: headers, body: data)
    }

    private func begin(
        _ method: String,
        _ path: String,
        key: Key?,
        headers: [String: String],
        body: Data?
    ) async throws -> RawConnection {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        if let key { head += "Authorization: Bearer \(key.plaintext)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Length: \(body.count)\r\n" }
        let connection = try await RawConnection(port: port)
        await connection.send(Data((head + "\r\n").utf8) + (body ?? Data()))
        return connection
    }
}

extension Server {
    static let executions = "/api/v1/executions"

    /// Runs something to its end.
    /// - Returns: the execution.
    func run(_ body: JSONObject, key: Key) async throws -> JSON {
        let answer = try await post(Self.executions, key: key, body)
        try #require(answer.status == 200, "\(answer)")
        return try answer.json["data"]
    }

    /// Hands something in without waiting for it.
    /// - Returns: its id.
    func submit(_ body: JSONObject, key: Key) async throws -> String {
        let answer = try await post(
            Self.executions,
            key: key,
            headers: ["Prefer": "respond-async"],
            body
        )
        try #require(answer.status == 202, "\(answer)")
        return try #require(try answer.json["data"]["id"].string)
    }

    func execution(_ id: String, key: Key) async throws -> JSON {
        let answer = try await get("\(Self.executions)/\(id)", key: key)
        try #require(answer.status == 200, "\(answer)")
        return try answer.json["data"]
    }

    func cancel(_ id: String, key: Key) async throws -> HTTPAnswer {
        try await send("DELETE", "\(Self.executions)/\(id)", key: key)
    }

    /// Asks until the execution has one of these states.
    func awaited(
        _ id: String,
        key: Key,
        isReached: (String) -> Bool = { !["queued", "running"].contains($0) }
    ) async throws -> JSON {
        try await eventually("a state of \(id)") {
            let execution = try await execution(id, key: key)
            return isReached(execution["status"].string ?? "") ? execution : nil
        }
    }

    /// Asks until so many executions are in jails, their programs started.
    /// - Returns: the processes in the jails.
    @discardableResult
    func awaitJailed(_ programs: [String]) async throws -> [ProcessTable.Entry] {
        try await eventually("\(programs) in jails") {
            let jailed = ProcessTable.jailed(below: program.pid)
            var names = jailed.map(\.name)
            for program in programs {
                guard let place = names.firstIndex(of: program) else { return nil }
                names.remove(at: place)
            }
            return jailed
        }
    }

    /// A program that runs until it is ended.
    static let endless: JSONObject = ["language": "bash", "code": "sleep 600"]

    /// One that runs until ``letGo()``, and then on: what happens meanwhile takes the time it
    /// takes.
    static func held(then code: String) -> JSONObject {
        ["language": "bash", "code": "exec 2> /dev/null; sleep 600; " + code]
    }

    /// Has every program that sleeps go on.
    func letGo() { ProcessTable.letGo(ProcessTable.jailed(below: program.pid)) }
}

extension Server {
    /// The privileged processes that stand behind the front.
    var processes: (monitor: ProcessTable.Entry?, warden: ProcessTable.Entry?) {
        let monitor = ProcessTable.children(of: program.pid).first
        // What a killed warden left is the monitor's as well, but as another user.
        let children = monitor.map { ProcessTable.children(of: $0.pid) } ?? []
        return (monitor, children.first { $0.uid == monitor?.uid })
    }
}
