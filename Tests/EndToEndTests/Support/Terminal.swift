import Foundation

/// A simulated person at a terminal, who answers questions.
enum Terminal {
    /// Runs `quicksand` with a terminal for its standard streams.
    ///
    /// - Parameters:
    ///   - answers: each question to wait for, and the answer to type then.
    ///   - meanwhile: the actions while it runs; its standard output is the text shown so far.
    /// - Returns: the whole text of the terminal as standard output; on standard error whether the
    ///   terminal echoes at the end.
    static func run(
        _ arguments: [String],
        _ environment: [String: String],
        answers: [(question: String, answer: String)] = [],
        meanwhile: (RunningProgram) async throws -> Void = { _ in }
    ) async throws -> CommandResult {
        let script = """
            import os, pty, signal, sys, termios
            count = int(sys.argv[1])
            answers = sys.argv[2:2 + 2 * count]
            signal.alarm(\(Patience.seconds))
            child, terminal = pty.fork()
            if child == 0:
                os.execv(sys.argv[2 + 2 * count], sys.argv[2 + 2 * count:])
            shown, seen = b"", 0
            while True:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:
                    break
                if not piece:
                    break
                shown += piece
                sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
                if answers and answers[0].encode() in shown[seen:]:
                    seen = len(shown)
                    answer = answers[1]
                    answers = answers[2:]
                    os.write(terminal, (answer + ("" if answer == "\\x03" else "\\n")).encode())
            echoes = termios.tcgetattr(terminal)[3] & termios.ECHO
            print("echo" if echoes else "no echo", file=sys.stderr)
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
            """
        let pairs = answers.flatMap { [$0.question, $0.answer] }
        let program = try RunningProgram(
            "/usr/bin/python3",
            ["-c", script, "\(answers.count)"] + pairs + [Product.quicksand] + arguments,
            environment: environment
        )
        do {
            try await meanwhile(program)
        } catch {
            await program.end()
            throw error
        }
        return try await program.result()
    }
}
