import Foundation
import Glibc

/// Questions to the person at the terminal; without a terminal, each reads a line of standard
/// input.
enum Question {
    static let answerBytesMax = 4_096

    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

    static func ask(_ what: String) throws -> String {
        say("\(what): ")
        return try line(what)
    }

    /// Asks for a secret, without echo.
    static func askHidden(_ what: String) throws -> String {
        var shown = termios()
        guard isInteractive, tcgetattr(STDIN_FILENO, &shown) == 0 else { return try line(what) }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        hidden.c_lflag |= tcflag_t(ECHONL)
        let before = shown
        // Without this handler, Ctrl-C would leave a terminal without echo.
        let interruption = Interruption {
            restore(before)
            say("\n")
            exit(130)
        }
        defer { withExtendedLifetime(interruption) {} }
        // Turn off the echo before the question, so that no answer is echoed.
        guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0 else {
            throw CommandError(
                1,
                "cannot turn off the terminal's echo for the \(what.lowercased())"
            )
        }
        defer { restore(before) }
        say("\(what): ")
        return try line(what)
    }

    private static func restore(_ attributes: termios) {
        var attributes = attributes
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &attributes)
    }

    private static func say(_ text: String) {
        guard isInteractive else { return }
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Reads byte by byte, so that the bytes after the line are left for the next question.
    private static func line(_ what: String) throws -> String {
        let missing = CommandError(2, "standard input ended before the \(what.lowercased())")
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else {
                if bytes.isEmpty { throw missing }
                break
            }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
            guard bytes.count <= answerBytesMax else {
                throw CommandError(
                    2,
                    "the \(what.lowercased()) is longer than \(answerBytesMax) bytes"
                )
            }
        }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard let text = String(validating: bytes, as: UTF8.self), !text.isEmpty else {
            throw CommandError(2, "the \(what.lowercased()) is empty, or not UTF-8")
        }
        return text
    }
}
