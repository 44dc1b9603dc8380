package import ArgumentParser
package import Catalog
package import Domain
import Foundation
package import WardenClient
import WardenProtocol

/// The paths of the operator's files and programs: from a flag, else a `QUICKSAND_*` variable, else
/// the installation's.
package struct MachineOptions: ParsableArguments {
    @Option(help: "The limits file. [QUICKSAND_LIMITS]")
    package var limits: String?

    @Option(help: "The folder of runtimes. [QUICKSAND_RUNTIMES]")
    package var runtimes: String?

    @Option(help: "The folder of programs from pip. [QUICKSAND_TOOLS]")
    package var tools: String?

    @Option(help: "The warden's program, if it is not beside this one. [QUICKSAND_WARDEN]")
    package var warden: String?

    @Option(
        help: ArgumentHelp(
            "Start without this: cgroup or landlock; repeatable. [QUICKSAND_ALLOW_MISSING]",
            discussion: "Jails are weaker then; doctor says how."
        )
    )
    package var allowMissing: [String] = []

    package init() {}

    package var limitsFile: String {
        Setting("limits").text(limits) ?? Installation.home + "/limits.json"
    }

    private var runtimesFolder: String {
        Setting("runtimes").text(runtimes) ?? Installation.home + "/runtimes"
    }

    /// The plans of the limits file, checked.
    package func plans() throws -> Plans {
        do {
            return try Catalog.plans(limitsFile: limitsFile)
        } catch {
            throw CommandError(2, "\(error)")
        }
    }

    /// Reads and checks the source of the sealed catalog.
    ///
    /// - Parameters:
    ///   - jails: the number of jails in use at once. The warden gets room for twice as many, and
    ///     for jails with a delayed close: a jail in teardown still has its user numbers, and its
    ///     successor does not wait for the teardown.
    ///   - standby: the number of standby jails beside them.
    package func catalog(jails: Int, standby: Int = 0) throws -> Catalog {
        let dispensable = try dispensable()
        do {
            return try Catalog.load(
                limitsFile: limitsFile,
                runtimesFolder: runtimesFolder,
                toolsFolder: Setting("tools").text(tools) ?? Installation.home
                    + "/.quicksand/tools",
                jails: jails * 2 + 2 + WardenConnection.restingJailsMax + standby,
                dispensable: dispensable
            )
        } catch {
            throw CommandError(2, "\(error)")
        }
    }

    private func dispensable() throws -> Set<Dispensable> {
        let known = Dispensable.allCases.map { "\($0)" }
        return Set(
            try Setting("allow-missing").list(
                allowMissing,
                expected: "one of " + known.joined(separator: ", ")
            ) { name in Dispensable.allCases.first { "\($0)" == name } }
        )
    }

    /// Reads the policy of system calls.
    package func systemCalls() throws -> SystemCallList {
        do {
            return try SystemCallList(runtimesFolder: runtimesFolder)
        } catch {
            throw CommandError(2, "\(error)")
        }
    }

    /// Starts one warden, or says in one sentence what the warden lacks.
    package func startWarden(_ catalog: Catalog) throws -> WardenConnection {
        try start { program throws(WardenStartError) in
            try WardenConnection.start(
                program: program,
                catalog: catalog.image,
                systemCallNames: catalog.systemCallNames
            )
        }
    }

    /// Starts a warden that is replaced after its end, or says in one sentence what it lacks.
    package func linkWardens(_ catalog: Catalog) throws -> WardenLink {
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
        let program = Setting("warden").text(warden) ?? Installation.programs + "/quicksand-warden"
        do {
            return try begin(program)
        } catch {
            throw CommandError(2, "\(error)" + Self.advice(on: error))
        }
    }

    /// Returns an ordinary user's remedies for a missing cgroup.
    private static func advice(on error: WardenStartError) -> String {
        guard case .unfit(let primitive) = error, primitive.name.hasPrefix("cgroup"),
            !Privileges.isRoot
        else { return "" }
        return "; as an ordinary user, start it in a delegated cgroup "
            + "(systemd-run --user --scope -p Delegate=yes quicksand …), or with "
            + "--allow-missing cgroup and weaker limits"
    }
}
