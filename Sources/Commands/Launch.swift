// Target `Commands`: the command line with one folder per command, flags and variables, and the
// composition of the server.
// Border: only this target reads the environment. `quicksand` and `Benchmarks` import it.

package import ArgumentParser
import Foundation

/// The commands except the benchmarks, in the order of the help text.
package var commands: [any ParsableCommand.Type] {
    [
        ServeCommand.self, RunCommand.self, RuntimesCommand.self, DoctorCommand.self,
        KeysCommand.self, AdminCommand.self, LoginCommand.self, TryCommand.self,
    ]
}

/// Starts any command on the main thread, which stays, so that the whole process gives up the
/// privileges that `serve` gives up. (An `async` main hands its thread back, and the kernel would
/// go on showing the process as root's.)
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
