import ArgumentParser
import Catalog
import Domain
import Foundation
import Identity
import SQLiteStore
import WardenClient
import WardenProtocol

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

    @Option(
        help: ArgumentHelp(
            "Start although this is missing here: cgroup or landlock; repeatable. [QUICKSAND_ALLOW_MISSING]",
            discussion: "Jails are weaker then, and doctor says in what."
        )
    )
    var allowMissing: [String] = []

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
    /// - Parameters:
    ///   - jails: how many are in use at once. The warden gets room for as many again, and for
    ///     those that are not closed at once: one that is being torn down still has its user
    ///     numbers, and its successor does not wait for that.
    ///   - standby: how many more stand by.
    func catalog(jails: Int, standby: Int = 0) throws -> Catalog {
        let home = Installation.home
        let dispensable = try dispensable()
        do {
            return try Catalog.load(
                limitsFile: Setting.text(limits, "LIMITS") ?? home + "/limits.json",
                runtimesFolder: Setting.text(runtimes, "RUNTIMES") ?? home + "/runtimes",
                toolsFolder: Setting.text(tools, "TOOLS") ?? home + "/.quicksand/tools",
                jails: jails * 2 + 2 + WardenConnection.restingJailsMax + standby,
                dispensable: dispensable
            )
        } catch {
            throw Stop(2, "\(error)")
        }
    }

    private func dispensable() throws -> Set<Dispensable> {
        Set(
            try Setting.list(allowMissing, "ALLOW_MISSING").map { name in
                guard let found = Dispensable.allCases.first(where: { "\($0)" == name }) else {
                    let known = Dispensable.allCases.map { "\($0)" }.joined(separator: ", ")
                    throw Stop(2, "--allow-missing: '\(name)' is not one of \(known)")
                }
                return found
            }
        )
    }

    /// The policy of system calls, read out.
    func systemCalls() throws -> SystemCallList {
        do {
            return try SystemCallList(
                runtimesFolder: Setting.text(runtimes, "RUNTIMES") ?? Installation.home
                    + "/runtimes"
            )
        } catch {
            throw Stop(2, "\(error)")
        }
    }

    /// Starts one warden, or says in one sentence what it lacks.
    func startWarden(_ catalog: Catalog) throws -> WardenConnection {
        try start { program throws(WardenStartError) in
            try WardenConnection.start(
                program: program,
                catalog: catalog.image,
                systemCallNames: catalog.systemCallNames
            )
        }
    }

    /// Starts a warden that is replaced where it ends, or says in one sentence what it lacks.
    func linkWardens(_ catalog: Catalog) throws -> WardenLink {
        try start { program throws(WardenStartError) in
            try WardenLink.start(
                program: program,
                catalog: catalog.image,
                systemCallNames: catalog.systemCallNames
            )
        }
    }

    private func start<Started>(
        _ begin: (_ program: String) throws(WardenStartError) -> Started
    ) throws -> Started {
        let program = Setting.text(warden, "WARDEN") ?? Installation.programs + "/quicksand-warden"
        do {
            return try begin(program)
        } catch {
            throw Stop(2, "\(error)" + Self.advice(on: error))
        }
    }

    /// What an ordinary user can do about a missing cgroup.
    private static func advice(on error: WardenStartError) -> String {
        guard case .unfit(let primitive) = error, primitive.name.hasPrefix("cgroup"),
            !Privileges.isRoot
        else { return "" }
        return "; as an ordinary user, have one delegated to you "
            + "(systemd-run --user --scope -p Delegate=yes quicksand …), or start with "
            + "--allow-missing cgroup and weaker limits"
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

    /// Opens the store for the length of `body`, and leaves its files to the service's user.
    func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
        let folder = try folder()
        try folder.prepare()
        let store = try folder.openStore()
        defer {
            try? store.close()
            try? folder.prepare()
        }
        try await body(store)
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

    /// What whoever dispatches everybody's tasks shows, `nil` where nobody does.
    ///
    /// From a variable alone: every user of this machine could read a flag.
    static func dispatcherSecret() throws -> DispatcherSecret? {
        let variable = "DISPATCHER_API_KEY"
        let text = ProcessInfo.processInfo.environment[variable] ?? ""
        guard !text.isEmpty else { return nil }
        guard let secret = DispatcherSecret(text) else {
            let lengths = DispatcherSecret.lengths
            throw Stop(
                2,
                "\(variable) must be \(lengths.lowerBound) to \(lengths.upperBound) visible "
                    + "ASCII characters, without a blank"
            )
        }
        return secret
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
        say("\(error)")
        return ExitCode((error as? Stop)?.code ?? 1)
    }

    /// One line on standard error, of a command that goes on.
    static func say(_ line: String) {
        ShownOutput(.standardError).write(Data("quicksand: \(line)\n".utf8))
    }
}
