import API
import Foundation

/// The whole content of a source file for a server, with its input and arguments.
struct RemoteSource: Sendable {
    /// The largest plan's limit; the server checks the caller's own limit.
    static let bytesMax = 32 << 20

    private let file: String
    private let bytes: Data
    private let language: String?
    private let stdin: String?
    private let arguments: [String]

    /// - Throws: ``CommandError`` if the file cannot be read or sent.
    init(file: String, language: String?, stdin: String?, arguments: [String]) throws {
        self.file = file
        self.language = language
        self.arguments = arguments
        bytes = try InputFile.read(file, bytesMax: Self.bytesMax)
        self.stdin = try stdin.map { path in
            let bytes = try InputFile.read(path, bytesMax: Self.bytesMax)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CommandError(
                    2,
                    "\(path) is not UTF-8; a server takes UTF-8 as standard input"
                )
            }
            return text
        }
    }

    /// Returns the request for a server with these runtimes.
    ///
    /// - Parameter isStrangers: whether the caller is anonymous and can send text alone.
    func program(among runtimes: [RuntimePayload], isStrangers: Bool) throws -> ExecutionBody {
        let runtime = try runtime(among: runtimes)
        var program = ExecutionBody()
        program.language = runtime?.name ?? language ?? ""
        program.run.stdin = stdin
        program.run.arguments = arguments
        if let text = String(validating: bytes, as: UTF8.self) {
            program.code = text
        } else {
            guard !isStrangers, let entry = runtime?.entry else {
                throw CommandError(
                    2,
                    "\(file) is not UTF-8; without a credential, source must be UTF-8"
                )
            }
            program.files = [SourceFileBody(path: entry, content: bytes)]
        }
        return program
    }

    /// - Returns: `nil` if the named language is unknown here; the server may know it.
    private func runtime(among runtimes: [RuntimePayload]) throws -> RuntimePayload? {
        if let language {
            return runtimes.first { $0.name == language || $0.aliases.contains(language) }
        }
        let ending = URL(fileURLWithPath: file).pathExtension
        if ending.isEmpty {
            throw CommandError(2, "\(file) has no extension: name the language with --language")
        }
        let found =
            runtimes.first { $0.entry?.hasSuffix("." + ending) == true }
            ?? runtimes.first { $0.name == ending || $0.aliases.contains(ending) }
        guard let found else {
            let known = Set(runtimes.filter { $0.entry != nil }.map(\.name)).sorted()
            let list = ShownOutput.line(known.joined(separator: ", "))
            throw CommandError(2, "the server has no runtime for '.\(ending)'; there are \(list)")
        }
        return found
    }
}
