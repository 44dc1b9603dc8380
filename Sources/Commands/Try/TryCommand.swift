import ArgumentParser
import Domain
import Foundation

struct TryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "try",
        abstract: "Runs one file at a server.",
        discussion: """
            Uses the key in QUICKSAND_API_KEY, else the session of `quicksand login`, else no
            credential. Passes output through and exits with the program's exit code, as
            `quicksand run` does. Standard error says how many runs are left. Ctrl-C cancels
            the program.

            Examples:
              quicksand try hello.py
              quicksand try main.c --server https://sandbox.example -- first second
              quicksand try sort.py --stdin numbers.txt --json
            """
    )

    @Argument(help: "The source file; its extension names the language.")
    var file: String

    @OptionGroup var server: ServerOptions

    @Option(help: "The language, if the extension does not name it.")
    var language: String?

    @Option(help: "A file for standard input; - is standard input of this command.")
    var stdin: String?

    @Flag(help: "Print the execution as JSON instead.")
    var json = false

    @Flag(help: "Run without a credential, even after login.")
    var anonymous = false

    @Argument(parsing: .postTerminator, help: "Arguments for the program, after --.")
    var arguments: [String] = []

    func run() async throws {
        try await CommandError.report {
            let address = try server.address()
            let credential = anonymous ? nil : try RemoteCredential.find(for: address)
            if credential != nil { try server.requireSecrecy(to: address) }
            let source = try RemoteSource(
                file: file,
                language: language,
                stdin: stdin,
                arguments: arguments
            )
            let end = try await end(of: source, at: address, as: credential)
            throw ExitCode(try show(end, address))
        }
    }

    /// Waits for the run's end; the first Ctrl-C cancels the run, and a second one ends this
    /// command at once.
    private func end(
        of source: RemoteSource,
        at address: ServerAddress,
        as credential: RemoteCredential?
    ) async throws -> RemoteRun.End {
        let line = WaitingLine("waiting")
        defer { line.erase() }
        let run = RemoteRun(address: address, credential: credential, line: line)
        let work = Task { try await run.end(of: source) }
        let interruption = Interruption {
            guard !work.isCancelled else {
                line.erase()
                Foundation.exit(130)
            }
            work.cancel()
        }
        defer { withExtendedLifetime(interruption) {} }
        do {
            return try await work.value
        } catch is CancellationError {
            throw CommandError(130, "cancelled")
        }
    }

    /// - Returns: this command's exit code.
    private func show(_ end: RemoteRun.End, _ address: ServerAddress) throws -> Int32 {
        let (stdout, stderr) = (ShownOutput(.standardOutput), ShownOutput(.standardError))
        if json {
            stdout.write(try end.answer.dataAsJSON(from: address) + Data("\n".utf8))
        }
        guard let report = end.execution.report else {
            let status = end.execution.status.rawValue
            throw CommandError(
                1,
                "\(address) did not finish: \(status) (\(end.execution.id))"
            )
        }
        if report.hasRun, !json {
            stdout.write(report.stage.stdout.bytes)
            stderr.write(report.stage.stderr.bytes)
        }
        let code = report.tell(showsCompiler: !json)
        if let left = end.receipt.left { stderr.write(Data("quicksand: \(left)\n".utf8)) }
        return code
    }
}
