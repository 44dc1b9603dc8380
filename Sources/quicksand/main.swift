import ArgumentParser
import Benchmarks
import Commands

/// The command line.
struct Quicksand: AsyncParsableCommand {
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
        version: Release.version,
        subcommands: commands + [BenchCommand.self]
    )
}

launch(Quicksand.self)
