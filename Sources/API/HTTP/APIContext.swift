import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// The connection's part of one request's context.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// Said in every answer, and in every line that is logged about the request.
    var requestID = ""
    /// The caller, once it is known.
    let caller = CallerSlot()
    /// The requests under way on all connections.
    var underWay = RequestsUnderWay()
    /// This connection's; `nil` for a channel without one, which a test may have.
    var disconnect: ClientDisconnect?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The other end of the connection, which may be a proxy; `nil` for a socket without addresses.
    var peer: IPAddress? {
        channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }
}

/// Where the one who finds out who is asking leaves it for the one who answers.
final class CallerSlot: Sendable {
    private let slot = Mutex<Caller?>(nil)

    var known: Caller? { slot.withLock { $0 } }

    func fill(_ caller: Caller) { slot.withLock { $0 = caller } }
}

/// A caller may name its own requests, so that its logs and ours can be laid side by side.
enum RequestID {
    static let charactersMax = 64

    /// The caller's own, where it is short and plain, else a new one.
    static func choose(_ headers: HTTPFields, at date: Date) -> String {
        if let given = headers[.xRequestID], isAcceptable(given) { return given }
        return Identifier.make(prefix: "req_", at: date)
    }

    private static func isAcceptable(_ text: String) -> Bool {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default:
                false
            }
        }
        return isPlain && (1...charactersMax).contains(text.utf8.count)
    }
}
