import Commands
import Foundation

/// One way to take the server from the others: what each of its callers does again and again.
struct SiegeAttack: Sendable {
    struct Turn: Sendable {
        let caller: Int
        var round: Int

        /// An address of its own for each turn.
        var address: String { "10.\(caller % 256).\(round / 256 % 256).\(round % 256)" }
    }

    let name: String
    let callers: Int
    let act: @Sendable (SiegeTarget, Turn) throws -> Void

    static let all = [
        connections, bodies, answers, strangers, executions, passwords, requests, output, locks,
        deliveries,
    ]

    static var names: String { all.map(\.name).joined(separator: ", ") }

    /// - Throws: ``CommandError`` if there is no such attack.
    static func named(_ name: String) throws -> SiegeAttack {
        guard let attack = all.first(where: { $0.name == name }) else {
            throw CommandError(2, "--attack: '\(name)' is not one of \(names)")
        }
        return attack
    }

    // MARK: - At the front

    private static let connections = SiegeAttack(name: "connections", callers: 8) { target, _ in
        let silent = (0..<100).compactMap { _ in
            try? target.connect(from: SiegeBenchmark.attacker)
        }
        for connection in silent { try? connection.send(Data("GET / HTTP/1.1\r\nA: ".utf8)) }
        Thread.sleep(forTimeInterval: 1)
        withExtendedLifetime(silent) {}
    }

    private static let bodies = SiegeAttack(name: "bodies", callers: 100) { target, _ in
        let connection = try target.connect(from: SiegeBenchmark.attacker)
        try connection.send(target.head("POST", "/executions", bytes: 16 << 20))
        // What the server does not read blocks, for a second.
        try? connection.send(Data(count: 15 << 20))
        Thread.sleep(forTimeInterval: 2)
        withExtendedLifetime(connection) {}
    }

    private static let answers = SiegeAttack(name: "answers", callers: 40) { target, _ in
        let code = "print('a' * (8 << 20))"
        let connection = try target.begin(code, limits: ["stdout_bytes": 8 << 20])
        Thread.sleep(forTimeInterval: 5)
        withExtendedLifetime(connection) {}
    }

    private static let strangers = SiegeAttack(name: "strangers", callers: 100) { target, turn in
        let connection = try target.connect(from: SiegeBenchmark.proxy)
        let body = try JSONEncoder().encode(["language": "bash", "code": "while :; do :; done"])
        let forwarded = ["X-Forwarded-For: \(turn.address)"]
        let answer = try connection.post("/api/v1/sandbox/try", headers: forwarded, body)
        if answer.status != 200 { Thread.sleep(forTimeInterval: 0.1) }
    }

    private static let passwords = SiegeAttack(name: "passwords", callers: 50) { target, turn in
        let connection = try target.connect(from: SiegeBenchmark.proxy)
        let guess = ["email": "ada@example.com", "password": "guess \(turn.caller) \(turn.round)"]
        _ = try connection.post(
            "/api/auth/sign-in/email",
            headers: ["X-Forwarded-For: \(turn.address)"],
            try JSONEncoder().encode(guess)
        )
    }

    private static let requests = SiegeAttack(name: "requests", callers: 20) { target, _ in
        let connection = try target.connect(from: SiegeBenchmark.attacker)
        for _ in 0..<50 {
            try connection.send(target.head("GET", "/executions?limit=100", bytes: 0))
            _ = try connection.receive()
        }
    }

    private static let deliveries = SiegeAttack(name: "deliveries", callers: 4) { target, _ in
        let code = "print('\\x01' * (1 << 20))"
        let connection = try target.begin(code, callback: "http://127.0.0.1:1/closed")
        _ = try connection.receive()
    }

    // MARK: - From inside a jail

    private static let executions = program("executions", callers: 16, "while True: pass")

    private static let output = program(
        "output",
        callers: 4,
        "import os\nwhile True: os.write(1, b'a' * 65536)"
    )

    private static let locks = program(
        "locks",
        callers: 4,
        """
        import fcntl, os
        for child in range(20):
            if os.fork(): continue
            files = [open('/usr/bin/env', 'rb') for _ in range(200)]
            while True:
                for file in files:
                    try:
                        fcntl.flock(file, fcntl.LOCK_SH)
                        os.fsync(file.fileno())
                    except OSError: pass
        while True: pass
        """
    )

    private static func program(_ name: String, callers: Int, _ code: String) -> SiegeAttack {
        SiegeAttack(name: name, callers: callers) { target, _ in
            _ = try target.begin(code).receive()
        }
    }
}

extension SiegeTarget {
    fileprivate func head(_ method: String, _ path: String, bytes: Int) -> Data {
        let lines = [
            "\(method) /api/v1\(path) HTTP/1.1", "Host: attacked", "Authorization: Bearer \(key)",
            "Content-Type: application/json", "Content-Length: \(bytes)",
        ]
        return Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// Sends the request for a Python program, and does not wait for its answer.
    fileprivate func begin(
        _ code: String,
        limits: [String: Int] = [:],
        callback: String? = nil
    ) throws -> HTTPConnection {
        var request: [String: Any] = ["language": "python", "code": code, "limits": limits]
        if let callback { request["callback_url"] = callback }
        let body = try JSONSerialization.data(withJSONObject: request)
        let connection = try connect(from: SiegeBenchmark.attacker)
        try connection.send(head("POST", "/executions", bytes: body.count) + body)
        return connection
    }
}
