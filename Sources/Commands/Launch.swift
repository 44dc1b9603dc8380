// Target `Commands`: the command line: one folder per command, flags and variables, and the
// composition of the server.
// Border: it is the only target that reads the environment. `quicksand` and `Benchmarks` import it.

package import ArgumentParser
import Foundation

/// The commands, but for the benchmarks, in the order in which help lists them.
package var commands: [any ParsableCommand.Type] {
    [
        ServeCommand.self, RunCommand.self, RuntimesCommand.self, DoctorCommand.self,
        KeysCommand.self, AdminCommand.self, LoginCommand.self, TryCommand.self,
    ]
}

/// Where every command starts: on the main thread, which stays, so that what `serve` gives up is
/// given up by the whole process. (An `async` main hands its thread back, and the kernel would go
/// on showing it as root's.)
package func launch<Root: AsyncParsableCommand>(_ root: Root.Type) {
    guard let serve = (try? root.parseAsRoot()) as? ServeCommand else {
        return wait { await root.main() }  // reports its own errors, and exits
    }
    do {
        let service = try serve.prepare()
        wait {
            do {
                try await service.run()
            } catch {
                root.exit(withError: CommandError.explain(error))
            }
        }
    } catch {
        root.exit(withError: CommandError.explain(error))
    }
}

/// Blocks this thread until `body` has ended.
private func wait(_ body: @escaping @Sendable () async -> Void) {
    let isOver = DispatchSemaphore(value: 0)
    Task.detached {
        await body()
        isOver.signal()
    }
    isOver.wait()
}
