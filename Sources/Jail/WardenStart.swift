internal import Kernel
internal import WardenWire

/// The descriptors that the front starts the warden with.
enum Inherited {
    static let control: Int32 = 3
    static let catalog: Int32 = 4
}

/// What the warden stands on, found or refused by name before the first request.
struct Footing: ~Copyable {
    let catalog: CatalogImage
    let cgroups: CgroupLayout
    let identities: IdentityRange
    let landlockVersion: Int32

    /// The order is forced: cgroup folders and the identity lock are opened while the host's paths
    /// can still be seen.
    static func find() throws(StartFailure) -> Footing {
        let catalog = try readCatalog()
        guard OwnProcess.isRoot else {
            throw StartFailure("root", detail: "the warden must be started as root")
        }
        try raiseOpenFiles(for: catalog)
        for filter in catalog.filters { try tryNamespaces(with: filter) }
        let identities = try IdentityRange()
        let cgroups = try CgroupLayout(name: StaleGroups.prefix + "\(OwnProcess.number)")
        try Roots.prepare(catalog)
        return Footing(
            catalog: catalog,
            cgroups: cgroups,
            identities: identities,
            landlockVersion: LandlockRules.version
        )
    }

    /// A jail takes five descriptors here, on v1, and a request under way a few more; and no stage
    /// can be given more than the hard limit that it inherits.
    private static func raiseOpenFiles(for catalog: CatalogImage) throws(StartFailure) {
        let needed = max(UInt64(catalog.jails) * 6 + 64, catalog.stageCeilings.openFiles)
        if let limit = try? ResourceLimit.openFiles.setAtMostHard(.max), limit >= needed { return }
        // Above its hard limit only with CAP_SYS_RESOURCE, which not every root has.
        guard (try? ResourceLimit.openFiles.set(needed)) != nil else {
            throw StartFailure(
                "open files",
                detail: "the hard limit (ulimit -Hn) is below \(needed)"
            )
        }
    }

    /// A process in namespaces of its own puts a filter on and ends: what cannot be done is known
    /// by name now, and not when the first request comes.
    private static func tryNamespaces(with filter: [UInt8]) throws(StartFailure) {
        let trial: (process: Int32, pidfd: Int32)?
        do {
            trial = try Process.clone(JailRecord.namespaces)
        } catch {
            throw StartFailure("namespaces", error)
        }
        guard let trial else {
            do {
                try Credentials.forbidNewPrivileges()
                try SystemCallFilter.install(filter)
                Process.exit(0)
            } catch {
                Process.exit(1)
            }
        }
        Descriptor.close(trial.pidfd)
        let end = try? Process.reap(trial.process, waiting: true)?.end
        guard end == .exited(code: 0) else {
            throw StartFailure("seccomp", detail: "the kernel refused the filter")
        }
    }

    /// The catalog is only believed sealed: else the front could change it later.
    private static func readCatalog() throws(StartFailure) -> CatalogImage {
        guard Seals.of(Inherited.catalog) == Seals.all else {
            throw StartFailure("catalog", detail: "descriptor 4 is not a sealed memfd")
        }
        do {
            let bytes = try readAll(from: Inherited.catalog, most: CatalogImage.bytesMax)
            Descriptor.close(Inherited.catalog)
            let catalog = try CatalogImage(decoding: bytes)
            guard (1...UInt32(IdentityRange.jailsMax)).contains(catalog.jails) else {
                throw StartFailure(
                    "catalog",
                    detail: "jails must be 1 to \(IdentityRange.jailsMax)"
                )
            }
            return catalog
        } catch let error as StartFailure {
            throw error
        } catch {
            throw StartFailure("catalog", detail: "\(error)")
        }
    }

    var primitives: [Primitive] {
        let range = "\(identities.first)–\(identities.first + catalog.jails * 2 - 1)"
        let landlock = landlockVersion > 0 ? "ABI \(landlockVersion)" : "absent"
        return [
            Primitive(name: "namespaces", detail: "user pid mount network ipc uts cgroup")
        ] + cgroups.primitives + [
            Primitive(name: "seccomp", detail: "\(catalog.filters.count) profiles"),
            Primitive(name: "landlock", detail: landlock),
            Primitive(name: "uid range", detail: range),
        ]
    }
}
