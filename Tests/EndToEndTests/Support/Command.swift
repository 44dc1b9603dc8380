import Foundation

/// The paths of the programs under test.
enum Product {
    /// The folder `QUICKSAND_TEST_BINARIES`, else the folder of the test bundle, where SwiftPM
    /// builds them.
    static let folder: String = {
        if let given = ProcessInfo.processInfo.environment["QUICKSAND_TEST_BINARIES"] {
            return given
        }
        let bundle = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: bundle ?? ".").deletingLastPathComponent().path
    }()

    static var quicksand: String { folder + "/quicksand" }
}

/// A started program, its output, and its end.
final class RunningProgram: Sendable {
    struct Output: Sendable {
        var bytes = Data()
        var isClosed = false

        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    let pid: Int32
    let stdout = Monitor(Output())
    let stderr = Monitor(Output())
    /// The exit code, or 128 plus the signal.
    private let code = Monitor<Int32?>(nil)

    /// - Parameter environment: variables in addition to this process's, except its `QUICKSAND_*`.
    init(
        _ program: String,
        _ arguments: [String],
        stdin: Data = Data(),
        environment: [String: String] = [:]
    ) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let inherited = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("QUICKSAND_")
        }
        process.environment = inherited.merging(environment) { $1 }
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        process.terminationHandler = { [code] process in
            let status = process.terminationStatus
            code.change { $0 = process.terminationReason == .exit ? status : 128 + status }
        }
        try process.run()
        pid = process.processIdentifier
        Self.drain(output.fileHandleForReading, into: stdout)
        Self.drain(errors.fileHandleForReading, into: stderr)
        Thread.detachNewThread {
            try? input.fileHandleForWriting.write(contentsOf: stdin)
            try? input.fileHandleForWriting.close()
        }
    }

    private static func drain(_ handle: FileHandle, into output: Monitor<Output>) {
        Thread.detachNewThread {
            while true {
                let bytes = handle.availableData
                output.change {
                    $0.bytes += bytes
                    $0.isClosed = bytes.isEmpty
                }
                if bytes.isEmpty { return }
            }
        }
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// - Throws: ``Unreached`` if the program has not ended within the bound.
    func exitCode(seconds: Int = Patience.seconds) async throws -> Int32 {
        guard let code = await code.wait(seconds: seconds, until: { $0 != nil }), let code else {
            throw Unreached(what: "the end of process \(pid)")
        }
        return code
    }

    /// Ends the program if it still runs: first by SIGTERM, after a bound by SIGKILL.
    func end() async {
        guard code.value == nil else { return }
        signal(SIGTERM)
        if (try? await exitCode(seconds: 60)) != nil { return }
        signal(SIGKILL)
        _ = try? await exitCode(seconds: 60)
    }

    /// Waits for the program's end, and ends it after the bound.
    func result(seconds: Int = Patience.seconds) async throws -> CommandResult {
        do {
            let code = try await exitCode(seconds: seconds)
            guard let stdout = await stdout.wait(until: \.isClosed),
                let stderr = await stderr.wait(until: \.isClosed)
            else { throw Unreached(what: "the end of the output") }
            return CommandResult(code: code, stdoutBytes: stdout.bytes, stderr: stderr.text)
        } catch {
            await end()
            throw error
        }
    }
}

/// The exit code and output of a finished command.
struct CommandResult: Sendable {
    let code: Int32
    let stdoutBytes: Data
    let stderr: String

    var stdout: String { String(decoding: stdoutBytes, as: UTF8.self) }
    var stderrLines: [Substring] { stderr.split(separator: "\n") }
}

/// Runs a command to its end.
func command(
    _ program: String,
    _ arguments: [String],
    stdin: Data = Data(),
    environment: [String: String] = [:],
    seconds: Int = Patience.seconds
) async throws -> CommandResult {
    try await RunningProgram(program, arguments, stdin: stdin, environment: environment)
        .result(seconds: seconds)
}

/// Runs `quicksand` to its end.
func quicksand(_ arguments: [String], stdin: Data = Data()) async throws -> CommandResult {
    try await command(Product.quicksand, arguments, stdin: stdin)
}
