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

    /// Waits for a text in the log, which arrives through a pipe and a thread.
    func awaitLog(_ words: String) async throws {
        guard await program.stderr.wait(until: { $0.text.contains(words) }) != nil else {
            throw Unreached(what: "\(words) in the log:\n\(log)")
        }
    }

    /// Sends one request on a new connection, and reads its answer.
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

    /// Sends a request without reading its answer.
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

    /// Runs a program to its end.
    /// - Returns: the execution.
    func run(_ body: JSONObject, key: Key) async throws -> JSON {
        let answer = try await post(Self.executions, key: key, body)
        try #require(answer.status == 200, "\(answer)")
        return try answer.json["data"]
    }

    /// Submits an execution without waiting for it.
    /// - Returns: the execution's id.
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

    /// Polls until the execution has one of these states.
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

    /// Polls until these programs run in jails.
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

    /// Makes a program that blocks until ``letGo()``, and then runs `code`: the steps in between
    /// may take any time.
    static func held(then code: String) -> JSONObject {
        ["language": "bash", "code": "exec 2> /dev/null; sleep 600; " + code]
    }

    /// Lets every sleeping program continue.
    func letGo() { ProcessTable.letGo(ProcessTable.jailed(below: program.pid)) }
}

extension Server {
    /// The privileged processes behind the front.
    var processes: (monitor: ProcessTable.Entry?, warden: ProcessTable.Entry?) {
        let monitor = ProcessTable.children(of: program.pid).first
        // A killed warden's jails are the monitor's children too, but run as another user.
        let children = monitor.map { ProcessTable.children(of: $0.pid) } ?? []
        return (monitor, children.first { $0.uid == monitor?.uid })
    }
}
