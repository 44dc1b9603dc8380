// Target `Catalog`: reads `limits.json` and `runtimes/`, finds the programs, compiles the filters,
// and seals the catalog for the warden.
// Border: it reads the operator's files only, before any untrusted byte exists. It is the only
// importer of `CSeccomp`. The command line imports it.

public import Domain
public import WardenProtocol

/// The plans and runtimes that the operator's files and this machine provide, completely read and
/// checked.
///
/// The process reads the catalog at start-up, while it still has privilege and before it reads
/// untrusted bytes. The result is immutable: ``plans`` and ``runtimes`` for the API, and ``image``
/// for the warden, sealed before the first request.
public struct Catalog: Sendable {
    public let plans: Plans
    public let runtimes: Runtimes
    /// A test program for each installed runtime, by the runtime's number.
    public let hellos: [HelloProgram]
    /// The image that the warden is sealed with.
    ///
    /// Its ceilings are the highest of any plan; no runtime's defaults go above a plan's ceilings.
    public let image: CatalogImage
    /// The runtimes that could be faster on this machine, for the operator.
    public let slower: [SlowerRuntime]
    /// The names of the system calls by number, for the refused calls in results.
    public let systemCallNames: [String]

    /// Reads only the plans.
    /// - Throws: ``CatalogError``
    public static func plans(limitsFile: String) throws(CatalogError) -> Plans {
        try LimitsFile.plans(path: limitsFile, label: HostPath.name(limitsFile))
    }

    /// Reads and checks all files, finds the runtimes' programs and asks them for their versions.
    ///
    /// - Parameters:
    ///   - limitsFile: the path of `limits.json`.
    ///   - runtimesFolder: the path of `runtimes/`, with `seccomp.json` in it.
    ///   - toolsFolder: the path of the folder for programs that pip installed, with a folder for
    ///     each package. It need not exist.
    ///   - jails: the maximum number of jails at once.
    ///   - dispensable: the kernel features that the warden may do without.
    /// - Returns: a catalog in which every runtime has a number.
    /// - Throws: ``CatalogError`` for the first problem.
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

/// A runtime that works, but lacks a part that would make it faster.
public struct SlowerRuntime: Hashable, Sendable {
    public let name: String
    /// The missing part, and the command that installs it.
    public let reason: String
}
