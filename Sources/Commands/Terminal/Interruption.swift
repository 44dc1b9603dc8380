import Dispatch
import Glibc

/// A handler for Ctrl-C and SIGTERM that replaces the immediate end, as long as the instance
/// exists.
package final class Interruption {
    private let sources: [any DispatchSourceSignal]

    package init(_ body: @escaping @Sendable () -> Void) {
        sources = [SIGINT, SIGTERM].map { number in
            // Dispatch only watches signals; the default action would still end the process.
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
