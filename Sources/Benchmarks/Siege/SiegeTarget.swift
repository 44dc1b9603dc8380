import Synchronization

/// The server under attack, the attacker's key, and the connections of all its callers.
final class SiegeTarget: Sendable {
    let key: String
    private let address: HTTPAddress
    private let open = Mutex<[Weak]>([])

    private struct Weak {
        weak var connection: HTTPConnection?
    }

    init(_ address: HTTPAddress, key: String) {
        self.address = address
        self.key = key
    }

    /// - Throws: ``CommandError`` if the server does not take the connection.
    func connect(from source: String) throws -> HTTPConnection {
        let connection = try HTTPConnection(address, from: source)
        open.withLock { open in
            if open.count == open.capacity { open.removeAll { $0.connection == nil } }
            open.append(Weak(connection: connection))
        }
        return connection
    }

    /// Ends all connections; a caller that waits for an answer gets an error.
    func hangUp() {
        let all = open.withLock { open in
            defer { open = [] }
            return open.compactMap(\.connection)
        }
        for connection in all { connection.hangUp() }
    }
}
