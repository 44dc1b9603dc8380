import ArgumentParser
import Catalog
import Domain
import Foundation
import WardenClient

/// Where the operator's files and programs are: from a flag, else a `QUICKSAND_*` variable, else
/// found.
struct MachineOptions: ParsableArguments {
    @Option(help: "The limits file. [QUICKSAND_LIMITS]")
    var limits: String?

    @Option(help: "The folder of runtimes. [QUICKSAND_RUNTIMES]")
    var runtimes: String?

    @Option(help: "The folder of programs that pip installed. [QUICKSAND_TOOLS]")
    var tools: String?

    @Option(help: "The warden's program; beside this one by default. [QUICKSAND_WARDEN]")
    var warden: String?

    /// The plans of the limits file, checked.
    func plans() throws -> Plans {
        do {
            return try Catalog.plans(
                limitsFile: Setting.text(limits, "LIMITS") ?? Installation.home + "/limits.json"
            )
        } catch {
            throw Stop(2, "\(error)")
        }
    }

    /// The sealed catalog's source, read and checked.
    ///
    /// - Parameter jails: how many are in use at once. The warden gets room for as many again: one
    ///    that is being torn down still has its user numbers, and its successor does not wait for
    ///    that.
    func catalog(jails: Int) throws -> Catalog {
        let home = Installation.home
        do {
            return try Catalog.load(
                limitsFile: Setting.text(limits, "LIMITS") ?? home + "/limits.json",
                runtimesFolder: Setting.text(runtimes, "RUNTIMES") ?? home + "/runtimes",
                toolsFolder: Setting.text(tools, "TOOLS") ?? home + "/.quicksand/tools",
                jails: jails * 2 + 2
            )
        } catch {
            throw Stop(2, "\(error)")
        }
    }

    /// Starts the warden, or says in one sentence what it lacks.
    func startWarden(_ catalog: Catalog) throws -> WardenSession {
        guard Privileges.isRoot else {
            throw Stop(
                2,
                "making jails needs root: start this as root or with sudo; the service itself "
                    + "gives root up before it listens"
            )
        }
        let program = Setting.text(warden, "WARDEN") ?? Installation.programs + "/quicksand-warden"
        do {
            return try WardenSession.start(program: program, catalog: catalog.image)
        } catch {
            throw Stop(2, "\(error)")
        }
    }
}

/// Where results and keys are kept, and whose they are.
struct DataOptions: ParsableArguments {
    @Option(help: "The data folder. [QUICKSAND_DATA]")
    var data: String?

    @Option(
        help: "Whom the service becomes when started as root: a name or a number. [QUICKSAND_USER]"
    )
    var user: String?

    func folder() throws -> DataFolder {
        try DataFolder(
            path: Setting.text(data, "DATA") ?? DataFolder.standardPath,
            user: Setting.text(user, "USER")
        )
    }
}

/// One setting: the flag if it was given, else the variable if it is set and not empty.
enum Setting {
    static func text(_ flag: String?, _ variable: String) -> String? {
        if let flag { return flag }
        let value = ProcessInfo.processInfo.environment["QUICKSAND_" + variable]
        return value?.isEmpty == false ? value : nil
    }

    /// - Throws: ``Stop`` where the text is not a whole number in the range.
    static func number(
        _ flag: Int?,
        _ variable: String,
        default standard: Int,
        in range: ClosedRange<Int>
    ) throws -> Int {
        guard let text = text(flag.map(String.init), variable) else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw Stop(
                2,
                "QUICKSAND_\(variable): '\(text)' is not a whole number from "
                    + "\(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// A list: repeated flags, or one variable with commas.
    static func list(_ flags: [String], _ variable: String) -> [String] {
        let values = flags.isEmpty ? [text(nil, variable) ?? ""] : flags
        return values.flatMap { $0.split(separator: ",") }.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }
}

/// Where this program was installed.
enum Installation {
    /// The folder of this program and the warden's.
    static let programs: String = {
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: path ?? ".").deletingLastPathComponent().path
    }()

    /// The folder with `limits.json` and `runtimes`: the checkout that the program was built in, or
    /// `share/quicksand` beside its `bin`.
    static let home: String = {
        var folder = URL(fileURLWithPath: programs)
        var candidates = [folder.appendingPathComponent("../share/quicksand").standardized.path]
        for _ in 0..<4 {
            candidates.append(folder.path)
            folder.deleteLastPathComponent()
        }
        let found = candidates.first { FileManager.default.fileExists(atPath: $0 + "/limits.json") }
        return found ?? FileManager.default.currentDirectoryPath
    }()
}

/// Ends the command with one line for the person who called it.
struct Stop: Error, CustomStringConvertible {
    let code: Int32
    let description: String

    init(_ code: Int32, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Runs a command's body, and turns whatever stops it into one line and an exit code.
    static func report(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            throw explain(error)
        }
    }

    /// Says on standard error why a command ended.
    /// - Returns: its exit code.
    static func explain(_ error: any Error) -> ExitCode {
        if let code = error as? ExitCode { return code }
        FileHandle.standardError.write(Data("quicksand: \(error)\n".utf8))
        return ExitCode((error as? Stop)?.code ?? 1)
    }
}
