// Target `quicksand`: the program's start. Everything else is in `Commands` and
// `Benchmarks`.

import ArgumentParser
import Benchmarks
import Commands

/// The command line.
struct Quicksand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quicksand",
        abstract: "Runs untrusted code, each time in a single-use jail.",
        discussion: """
            Examples:
              quicksand serve                         serves the HTTP API on 127.0.0.1:8080
              quicksand run hello.py -- one two       runs one file in a jail, without a server
              quicksand doctor                        checks this machine
              quicksand try hello.py --server URL     runs one file at a server
              quicksand keys create --name ci --plan free --scope projects:write

            A setting is a flag, else a variable QUICKSAND_…, else its default.
            """,
        version: Release.version,
        subcommands: commands + [BenchCommand.self]
    )
}

launch(Quicksand.self)
