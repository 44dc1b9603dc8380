import Dispatch
import Glibc

/// A handler for Ctrl-C and SIGTERM, in place of ending at once, as long as this exists.
package final class Interruption {
    private let sources: [any DispatchSourceSignal]

    package init(_ body: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            // Dispatch watches; the default action would end the process all the same.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: body)
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}
