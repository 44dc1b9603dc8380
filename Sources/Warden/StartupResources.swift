internal import JailInit
internal import Kernel
internal import Vocabulary
internal import WardenProtocol

/// The descriptors that the monitor inherits from the front, and the warden from the monitor.
enum Inherited {
    /// The monitor's link to the front; in the warden, the control socket.
    static let control: Int32 = 3
    static let catalog: Int32 = 4
}

/// The kernel features and paths that the warden needs, each found at start or refused by name.
struct StartupResources: ~Copyable {
    let catalog: CatalogImage
    let cgroups: CgroupLayout
    let identities: IdentityRange
    let landlockVersion: Int32

    /// Finds the resources.
    ///
    /// The order is fixed: cgroup folders and the identity lock are opened while the host's paths
    /// are still visible.
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

    /// Leaves the host's network: the warden needs none, and can return from a jail's network only
    /// to one of its own user namespace.
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

    /// Raises the limit of open files.
    ///
    /// A jail takes eight descriptors here, on v1, a spare group nine, a spare network one, and a
    /// request under way a few more. No stage can get more than the hard limit that it inherits.
    private static func raiseOpenFiles(for catalog: CatalogImage) throws(StartFailure) {
        let needed = max(
            (UInt64(catalog.jails) + UInt64(SpareGroups.countMax)) * 9
                + UInt64(SpareNetworks.countMax) * 2 + 1 + 64,
            catalog.ceilings.count(.openFiles)
        )
        if let limit = try? ResourceLimit.openFiles.setAtMostHard(.max), limit >= needed { return }
        // Raising a hard limit takes CAP_SYS_RESOURCE, which not every root has.
        guard (try? ResourceLimit.openFiles.set(needed)) != nil else {
            throw StartFailure(
                "open files",
                detail: "the hard limit (ulimit -Hn) is below \(needed)"
            )
        }
    }

    /// Tries a filter in a process with its own namespaces: a missing feature is reported by name
    /// at start, and not at the first request.
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

    /// Reads the catalog, which must be sealed: else the front could change it later.
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
