package import ArgumentParser
import Foundation

/// An error that ends the command with one line for its user.
package struct CommandError: Error, CustomStringConvertible {
    package let code: Int32
    package let description: String

    package init(_ code: Int32, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Runs a command's body, and turns its error into one line and an exit code.
    package static func report(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw explain(error)
        }
    }

    /// Prints the reason for the command's end on standard error.
    /// - Returns: the command's exit code.
    package static func explain(_ error: any Error) -> ExitCode {
        if let code = error as? ExitCode { return code }
        say("\(error)")
        return ExitCode((error as? CommandError)?.code ?? 1)
    }

    /// Prints one line on standard error; the command goes on.
    package static func say(_ line: String) {
        ShownOutput(.standardError).write(Data("quicksand: \(line)\n".utf8))
    }
}
