import Domain
import Foundation

/// The reason why a control could not run.
public struct ControlError: Error, CustomStringConvertible {
    public let what: String
    public var description: String { what }
}

/// The controls: the same program outside any jail, as an ordinary user, shows that it is an
/// attack.
extension AttackHarness {
    private static let secondsMax = 20
    /// The timeout of a compiler: long on any machine, and ten times as long on an emulated one.
    private static let compileSecondsMax = 180
    /// The user number of nobody on every system.
    private static let ordinaryUser = "65534"

    /// The outcome of an attack's control.
    public enum ControlOutcome: Sendable, Equatable {
        case succeeded
        /// The control proves nothing, for this reason.
        case provesNothing(String)
        case failed([String])
    }

    /// Runs an attack outside a jail, as another user, so only root can.
    ///
    /// - Throws: ``ControlError``, or Foundation's errors of files and processes.
    public func control(of attack: Attack) throws -> ControlOutcome {
        guard case .succeeds(let wanted, let standing) = attack.control else {
            guard case .provesNothing(let why) = attack.control else { return .failed([]) }
            return .provesNothing(why)
        }
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("quicksand-control-" + UUID().uuidString)
        try FileManager.default.createDirectory(
            at: folder,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o777]
        )
        defer { try? FileManager.default.removeItem(at: folder) }
        for file in try files(of: attack.program) {
            try file.content.write(to: folder.appendingPathComponent(file.path))
        }
        let found = try findings(of: attack, in: folder, standing)
        let missing = wanted.filter { found[$0.key] != $0.value }
        return missing.isEmpty
            ? .succeeded
            : .failed(missing.map { "\($0.key): \(found[$0.key] ?? "nothing")" }.sorted())
    }

    private func findings(
        of attack: Attack,
        in folder: URL,
        _ standing: Control.Standing
    ) throws -> [String: String] {
        if case .compiler(let file, let language) = attack.program {
            return try compiling(file, language, in: folder)
        }
        let command = try command(for: attack.program, in: folder)
        let listener = attack.runs.joined().contains("{port}") ? try HostListener() : nil
        var found: [String: String] = [:]
        let jailRuns = attack.runs + [attack.followUp].compactMap { $0 }
        for arguments in attack.controlRuns ?? jailRuns {
            let outcome = try start(
                command + filled(arguments, listener),
                in: folder,
                as: standing
            )
            found.merge(Findings.read(outcome.output)) { first, _ in first }
            found["ended"] = "\(outcome.code)"
            found["bytes"] = "\(outcome.output.count)"
            if holdsSecret(outcome.output) { found["secret"] = "ok" }
        }
        if let cleanUp = attack.cleanUp {
            _ = try start(command + cleanUp, in: folder, as: standing)
        }
        if listener?.heardAnything == true { found["heard on the host"] = "ok" }
        return found
    }

    private func holdsSecret(_ bytes: Data) -> Bool { bytes.range(of: Data(secret.utf8)) != nil }

    /// - Returns: whether the source compiled, and whether the host's secret was in the output.
    private func compiling(
        _ file: String,
        _ language: String,
        in folder: URL
    ) throws -> [String: String] {
        let compiler = language == "cpp" ? "g++" : "gcc"
        let outcome = try start(
            [compiler, "-O2", "-o", "program", file],
            in: folder,
            as: .ordinary,
            seconds: Self.compileSecondsMax
        )
        var found = ["compiled": outcome.code == 0 ? "ok" : "no"]
        let program = try? Data(contentsOf: folder.appendingPathComponent("program"))
        if holdsSecret(outcome.output + (program ?? Data())) { found["secret"] = "ok" }
        return found
    }

    private func command(for program: HostileProgram, in folder: URL) throws -> [String] {
        if program.file.hasSuffix(".py") { return ["python3", program.file] }
        var compiler = ["gcc", "-O2", "-pthread", "-o", "program", program.file]
        if case .everywhere = program { compiler = ["sh", "build.sh", program.file, "static"] }
        let compiled = try start(compiler, in: folder, as: .ordinary)
        guard compiled.code == 0 else {
            let said = String(decoding: compiled.output.prefix(300), as: UTF8.self)
            throw ControlError(what: "\(program.file) does not compile here: \(said)")
        }
        if case .everywhere = program { return ["./program", Place.program.rawValue] }
        return ["./program"]
    }

    /// The command prefix with a process namespace, which ends all processes that a control leaves.
    private static let asOrdinaryUser: [String] =
        geteuid() == 0
        ? [
            "unshare", "--pid", "--fork", "--kill-child",
            "setpriv", "--reuid=" + ordinaryUser, "--regid=" + ordinaryUser, "--clear-groups",
        ]
        : ["unshare", "--user", "--map-current-user", "--pid", "--fork", "--kill-child"]

    /// Runs a command; the output is its standard output and error together.
    private func start(
        _ command: [String],
        in folder: URL,
        as standing: Control.Standing,
        seconds: Int = secondsMax
    ) throws -> (code: Int32, output: Data) {
        let process = Process()
        let pipe = Pipe()
        let words =
            switch standing {
            case .ordinary: command
            case .ownNamespaces:
                ["unshare", "--user", "--map-root-user", "--mount", "--ipc", "--uts"] + command
            case .throughShell: ["sh", "-c", command.joined(separator: " ")]
            }
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            Self.asOrdinaryUser + ["timeout", "-s", "KILL", "\(seconds)"] + words
        process.currentDirectoryURL = folder
        process.environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, bytes)
    }
}
