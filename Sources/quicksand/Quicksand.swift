import ArgumentParser
import Foundation

/// The command line: composes everything, and is the only part that reads the environment.
struct Quicksand: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "quicksand",
        abstract: "Runs code that nobody trusts, each time in a jail of its own.",
        discussion: """
            Examples:
              quicksand serve                         the HTTP service on 127.0.0.1:8080
              quicksand run hello.py -- one two       one file, in the same jail, without a server
              quicksand doctor                        what this machine has and lacks
              quicksand try hello.py --server URL     the same, at a server
              quicksand keys create --name ci --plan free --scope projects:write

            Every setting can be given as a flag, as a variable QUICKSAND_…, or left at its default.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, RunCommand.self, RuntimesCommand.self, DoctorCommand.self,
            KeysCommand.self, AdminCommand.self, LoginCommand.self, TryCommand.self,
            BenchCommand.self,
        ]
    )
}

/// Where every command starts: on the main thread, which stays, so that what `serve` gives up is
/// given up by the whole process. (An `async` main hands its thread back, and the kernel would go
/// on showing it as root's.)
@main
enum Main {
    static func main() {
        guard let serve = (try? Quicksand.parseAsRoot()) as? ServeCommand else {
            return wait { await Quicksand.main() }  // reports its own errors, and exits
        }
        do {
            let service = try serve.prepare()
            wait {
                do {
                    try await service.run()
                } catch {
                    Quicksand.exit(withError: Stop.explain(error))
                }
            }
        } catch {
            Quicksand.exit(withError: Stop.explain(error))
        }
    }

    /// Blocks this thread until `body` has ended.
    private static func wait(_ body: @escaping @Sendable () async -> Void) {
        let isOver = DispatchSemaphore(value: 0)
        Task.detached {
            await body()
            isOver.signal()
        }
        isOver.wait()
    }
}
