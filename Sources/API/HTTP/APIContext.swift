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
    /// The rates of all callers; `nil` for a context without a server, as in some tests.
    var rates: CallRates?
    /// The tokens that the request takes.
    var cost = Operation.readingCost
    /// The requests under way on all connections.
    var underWay = RequestsUnderWay()
    /// The memory of this request.
    var memory = RequestMemory.uncounted
    /// The address of the client, in whose name a request without a caller takes memory.
    var client = Owner.address("local")
    /// The disconnect signal of this connection; `nil` for a channel without one, as in some tests.
    var disconnect: ClientDisconnect?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// The owner of the request's memory.
    var owner: Owner { caller.owner ?? client }

    /// The address of the other end, which may be a proxy; `nil` for a socket without addresses.
    var peer: IPAddress? {
        channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) }
    }
}

/// The place where ``CallerResolver`` stores the caller for ``RequestMiddleware``.
final class CallerSlot: Sendable {
    private struct Slot {
        var caller: Caller?
        var isDispatcher = false
    }

    private let isCounted = Atomic(false)

    /// Returns whether the request has not been counted yet, and marks it as counted.
    func isUncounted() -> Bool { !isCounted.exchange(true, ordering: .relaxed) }

    private let slot = Mutex(Slot())

    var known: Caller? { slot.withLock(\.caller) }

    /// The owner of what the caller holds; `nil` while the caller is unknown.
    var owner: Owner? {
        slot.withLock { $0.caller?.owner ?? ($0.isDispatcher ? .organization("dispatcher") : nil) }
    }

    func fill(_ caller: Caller) { slot.withLock { $0.caller = caller } }

    /// Records that the caller has the dispatcher's secret, and so no organization.
    func fillWithDispatcher() { slot.withLock { $0.isDispatcher = true } }
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
