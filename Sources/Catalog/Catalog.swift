// Target `Catalog`: reads `limits.json` and `runtimes/`, finds the programs, compiles the filters,
// and seals the catalog for the warden.
// Border: it reads the operator's files only, before any untrusted byte exists. It is the only
// importer of `CSeccomp`. The command line imports it.

public import Domain
public import WardenProtocol

/// Everything that the operator's files and this machine say about what may be run, read once and
/// checked whole.
///
/// Read at start-up, by the process that still has privilege and has not yet heard from a stranger.
/// What comes out is immutable: ``plans`` and ``runtimes`` for the front, and ``image`` for the
/// warden, sealed before the first request.
public struct Catalog: Sendable {
    public let plans: Plans
    public let runtimes: Runtimes
    /// For each installed runtime, by its number: a program that proves it works.
    public let hellos: [HelloProgram]
    /// The image that the warden is sealed with.
    ///
    /// Its ceilings are the highest of any plan; no runtime's defaults go above a plan's ceilings.
    public let image: CatalogImage
    /// Runtimes that could be faster here, for the operator.
    public let slower: [SlowerRuntime]
    /// Each at its number, for what results say of refused calls.
    public let systemCallNames: [String]

    /// The plans alone.
    /// - Throws: ``CatalogError``
    public static func plans(limitsFile: String) throws(CatalogError) -> Plans {
        try LimitsFile.plans(path: limitsFile, label: HostPath.name(limitsFile))
    }

    /// Reads and checks all of it, finds the runtimes' programs and asks them for their versions.
    ///
    /// - Parameters:
    ///   - limitsFile: the path of `limits.json`.
    ///   - runtimesFolder: the path of `runtimes/`, with `seccomp.json` in it.
    ///   - toolsFolder: where programs that pip brought are, a folder for each package. It need not
    ///     exist.
    ///   - jails: how many jails there may be at once.
    ///   - dispensable: what of the kernel the warden may do without.
    /// - Returns: a catalog in which every runtime has a number.
    /// - Throws: ``CatalogError`` for the first thing that is wrong.
    public static func load(
        limitsFile: String,
        runtimesFolder: String,
        toolsFolder: String,
        jails: Int,
        dispensable: Set<Dispensable> = []
    ) throws(CatalogError) -> Catalog {
        let runtimesFolder = HostPath.trimmed(runtimesFolder)
        let plans = try plans(limitsFile: limitsFile)
        let policyLabel = HostPath.name(runtimesFolder) + "/seccomp.json"
        let policy = try SyscallPolicy(
            SettingsFile(path: runtimesFolder + "/seccomp.json", label: policyLabel)
        )
        let filters = try PolicyCompiler(policy: policy, label: policyLabel).programs()
        let root = try RootTree.image()
        let folder = RuntimeFolder(
            path: runtimesFolder,
            toolsFolder: HostPath.trimmed(toolsFolder),
            jail: JailDigest(filters: filters, root: root)
        )
        let contents = try folder.contents()
        return Catalog(
            plans: plans,
            runtimes: Runtimes(
                installed: contents.installed.map(\.runtime),
                missing: contents.missing
            ),
            hellos: contents.installed.map(\.hello),
            image: CatalogImage(
                ceilings: Limits { Limit.sealed.contains($0) ? plans.highestCeiling($0) : 0 },
                jails: UInt32(clamping: jails),
                filters: filters,
                root: root,
                runtimes: contents.installed.map(\.image),
                dispensable: dispensable
            ),
            slower: contents.slower,
            systemCallNames: PolicyCompiler.systemCallNames()
        )
    }
}

/// A runtime that works, and lacks what would make it faster.
public struct SlowerRuntime: Hashable, Sendable {
    public let name: String
    /// The missing part, and the command that installs it.
    public let reason: String
}
