import Domain
import NIOCore
import Synchronization

/// All open connections of the server: their bounds, their disconnect signals, and who makes room.
///
/// A connection above the bounds gets into the reserve, a small pool of its own. There, only the
/// service's health and metrics are answered, and every other request is refused with 503, so that
/// clients learn the reason and monitors get through.
final class Connections: Sendable {
    private static let reserve = ConnectionPool.Bounds(all: 32, perHolder: 4)

    private struct State {
        var pool: ConnectionPool
        var reserve = ConnectionPool(bounds: Connections.reserve)
        var open: [ObjectIdentifier: Connection] = [:]
        var byNumber: [Int: Connection] = [:]
        var nextNumber = 0
        /// Whether connections are watched at all; in tests, routes may run without a server.
        var isWatching = false
        var figures = ConnectionFigures()

        /// - Returns: the bound that the connection exceeds, if it is in the reserve, and the
        ///   connection that makes room, if any; `nil` if neither pool has room.
        mutating func admit(
            _ number: Int,
            of holder: String?
        ) -> (excess: ConnectionPool.Excess?, closing: Int?)? {
            switch pool.admit(number, of: holder) {
            case .admitted(let closing):
                if closing != nil { figures.displaced += 1 }
                return (nil, closing)
            case .refused(let excess):
                figures.refused += 1
                guard case .admitted(let closing) = reserve.admit(number, of: holder) else {
                    return nil
                }
                return (excess, closing)
            }
        }
    }

    private let trustedProxies: [CIDR]
    private let state: Mutex<State>

    /// - Parameter trustedProxies: peers that many clients share; only the bound of all concerns
    ///   them.
    init(bounds: ConnectionPool.Bounds, trustedProxies: [CIDR] = []) {
        self.trustedProxies = trustedProxies
        state = Mutex(State(pool: ConnectionPool(bounds: bounds)))
    }

    var figures: ConnectionFigures {
        state.withLock { state in
            var figures = state.figures
            figures.open = state.open.count
            return figures
        }
    }

    /// Takes a new connection up, and closes the one that makes room for it.
    /// - Returns: `nil` if not even the reserve has room.
    func open(_ channel: any Channel) -> Connection? {
        let holder = holder(of: channel)
        let pair = state.withLock { state -> (new: Connection, displaced: Connection?)? in
            state.isWatching = true
            state.nextNumber += 1
            guard let (excess, closing) = state.admit(state.nextNumber, of: holder) else {
                return nil
            }
            let new = Connection(number: state.nextNumber, channel: channel, excess: excess)
            state.open[ObjectIdentifier(channel)] = new
            state.byNumber[new.number] = new
            return (new, closing.flatMap { state.byNumber.removeValue(forKey: $0) })
        }
        pair?.displaced?.close()
        return pair?.new
    }

    func close(_ connection: Connection, of channel: any Channel) {
        state.withLock { state in
            state.open[ObjectIdentifier(channel)] = nil
            state.byNumber[connection.number] = nil
            state.pool.remove(connection.number)
            state.reserve.remove(connection.number)
        }
    }

    func enter(_ phase: ConnectionPool.Phase, _ connection: Connection) {
        state.withLock { state in
            state.pool.enter(phase, connection.number)
            state.reserve.enter(phase, connection.number)
        }
    }

    /// Records that the channel's connection has shown a valid credential.
    func recognize(_ channel: any Channel) {
        state.withLock { state in
            guard let known = state.open[ObjectIdentifier(channel)] else { return }
            state.pool.recognize(known.number)
        }
    }

    /// Returns the connection of a channel; `nil` if it has ended.
    func connection(of channel: any Channel) -> Connection? {
        state.withLock { $0.open[ObjectIdentifier(channel)] }
    }

    /// Returns the disconnect signal of a channel's connection, without a hop to its event loop.
    ///
    /// - Returns: a signal that has happened if the connection is already closed; `nil` if no
    ///   ``ConnectionHandler`` watches connections.
    func disconnect(of channel: any Channel) -> ClientDisconnect? {
        state.withLock { state in
            state.open[ObjectIdentifier(channel)]?.disconnect
                ?? (state.isWatching ? .happened() : nil)
        }
    }

    private func holder(of channel: any Channel) -> String? {
        guard let peer = channel.remoteAddress?.ipAddress.flatMap({ IPAddress($0) })?.unmapped,
            !trustedProxies.contains(where: { $0.contains(peer) })
        else { return nil }
        return peer.quotaGroup
    }
}
