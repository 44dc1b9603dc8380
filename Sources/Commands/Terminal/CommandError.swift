package import ArgumentParser
import Foundation

/// Ends the command with one line for the person who called it.
package struct CommandError: Error, CustomStringConvertible {
    package let code: Int32
    package let description: String

    package init(_ code: Int32, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Runs a command's body, and turns whatever stops it into one line and an exit code.
    package static func report(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw explain(error)
        }
    }

    /// Says on standard error why a command ended.
    /// - Returns: its exit code.
    package static func explain(_ error: any Error) -> ExitCode {
        if let code = error as? ExitCode { return code }
        say("\(error)")
        return ExitCode((error as? CommandError)?.code ?? 1)
    }

    /// One line on standard error, of a command that goes on.
    package static func say(_ line: String) {
        ShownOutput(.standardError).write(Data("quicksand: \(line)\n".utf8))
    }
}
