internal import JailInit
internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// The descriptors that the front starts the monitor with, and this the warden.
enum Inherited {
    /// The monitor's link to the front; in the warden, the control socket.
    static let control: Int32 = 3
    static let catalog: Int32 = 4
}

/// The kernel features and paths that the warden needs, found or refused by name at start.
struct StartupResources: ~Copyable {
    let catalog: CatalogImage
    let cgroups: CgroupLayout
    let identities: IdentityRange
    let landlockVersion: Int32

    /// The order is forced: cgroup folders and the identity lock are opened while the host's paths
    /// can still be seen.
    static func find(
        _ catalog: Result<CatalogImage, StartFailure>
    ) throws(StartFailure) -> StartupResources {
        let catalog = try catalog.get()
        let isRoot = OwnProcess.isRoot
        if !isRoot { try OrdinaryUser.becomeRootOfOwnNamespace() }
        try raiseOpenFiles(for: catalog)
        for filter in catalog.filters { try tryNamespaces(with: filter) }
        if !catalog.absent.contains(.networkNamespace) { try leaveNetwork() }
        let identities = try IdentityRange(isRoot: isRoot)
        let cgroups = try findCgroups(catalog.dispensable)
        let landlockVersion = LandlockRules.version
        guard landlockVersion > 0 || catalog.dispensable.contains(.landlock) else {
            throw StartFailure("landlock", detail: "the kernel has none, or it is switched off")
        }
        try Roots.prepare(catalog, isRoot: isRoot)
        return StartupResources(
            catalog: catalog,
            cgroups: cgroups,
            identities: identities,
            landlockVersion: landlockVersion
        )
    }

    /// The warden has no use for a network, and can only come back from a jail's to one that is its
    /// own user namespace's.
    private static func leaveNetwork() throws(StartFailure) {
        do {
            try Process.unshare(.network)
        } catch {
            throw StartFailure("namespaces", error)
        }
    }

    private static func findCgroups(
        _ dispensable: Set<Dispensable>
    ) throws(StartFailure)
        -> CgroupLayout
    {
        do {
            return try CgroupLayout(name: WardenGroups.name(ofWarden: OwnProcess.number))
        } catch {
            guard dispensable.contains(.cgroup) else { throw error }
            return CgroupLayout(absent: ())
        }
    }

    /// A jail takes eight descriptors here, on v1, a spare group nine, a spare network one, and a
    /// request under way a few more; and no stage can be given more than the hard limit that it
    /// inherits.
    private static func raiseOpenFiles(for catalog: CatalogImage) throws(StartFailure) {
        let needed = max(
            (UInt64(catalog.jails) + UInt64(SpareGroups.countMax)) * 9
                + UInt64(SpareNetworks.countMax) * 2 + 1 + 64,
            catalog.ceilings.count(.openFiles)
        )
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
            trial = try Process.clone([.user, .process, .mount, .network, .ipc, .uts])
        } catch {
            throw StartFailure("namespaces", error)
        }
        guard let trial else {
            do {
                try Credentials.forbidNewPrivileges()
                _ = try SystemCallFilter.install(filter)
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
    static func readCatalog() throws(StartFailure) -> CatalogImage {
        guard Seals.areOn(Inherited.catalog) else {
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
        var primitives = [
            Primitive(name: "namespaces", detail: "user pid mount network ipc uts cgroup")
        ]
        primitives += cgroups.isThere ? cgroups.primitives : [ProcessTree.weakness]
        primitives.append(Primitive(name: "seccomp", detail: "\(catalog.filters.count) profiles"))
        primitives.append(
            landlockVersion > 0
                ? Primitive(name: "landlock", detail: "ABI \(landlockVersion)")
                : Primitive(
                    name: "landlock",
                    detail: "absent: files are kept from a program by the mounts and users alone",
                    isWeaker: true
                )
        )
        if let first = identities.first {
            let range = "\(first)–\(first + catalog.jails * 2 - 1)"
            primitives.append(Primitive(name: "uid range", detail: range))
        } else {
            primitives.append(OrdinaryUser.weakness)
        }
        return primitives
            + catalog.absent.map { Primitive(name: "left out", detail: "\($0)", isWeaker: true) }
    }
}
