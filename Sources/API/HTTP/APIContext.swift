import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization

/// The context of one request, with the state of its connection.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    /// The id of the request; every answer and every log line about the request has it.
    var requestID = ""
    /// The caller, once it is known.
    let caller = CallerSlot()
    /// The requests under way on all connections.
    var underWay = RequestsUnderWay()
    /// The disconnect signal of this connection; `nil` for a channel without one, as in some tests.
    var disconnect: ClientDisconnect?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The address of the other end, which may be a proxy; `nil` for a socket without addresses.
    var peer: IPAddress? {
        channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }
}

/// The place where ``CallerResolver`` stores the caller for ``RequestMiddleware``.
final class CallerSlot: Sendable {
    private let slot = Mutex<Caller?>(nil)

    var known: Caller? { slot.withLock { $0 } }

    func fill(_ caller: Caller) { slot.withLock { $0 = caller } }
}

/// The choice of a request's id.
///
/// A caller may supply its own, to match its log with the server's.
enum RequestID {
    static let charactersMax = 64

    /// Returns the caller's id if it is short and plain, else a new one.
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
