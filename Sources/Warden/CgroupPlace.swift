internal import Kernel

/// A mounted cgroup hierarchy, and this process's group in it.
struct CgroupPlace {
    let mountPoint: String
    /// The cgroup of this process, below the mount point.
    let ownPath: String
    let controllers: [CgroupLayout.Controller]
    let isUnified: Bool

    /// Returns the hierarchies that together have every controller that jails need.
    static func find() throws(StartFailure) -> [CgroupPlace] {
        let mounts: String
        let groups: String
        do {
            mounts = try readText("/proc/self/mountinfo", in: currentFolder)
            groups = try readText("/proc/self/cgroup", in: currentFolder)
        } catch {
            throw StartFailure("cgroup", error)
        }
        return try find(mounts: mounts, groups: groups) { point in
            (try? readText(point + "/cgroup.controllers", in: currentFolder)) ?? ""
        }
    }

    /// - Parameters:
    ///   - mounts: the content of `/proc/self/mountinfo`.
    ///   - groups: the content of `/proc/self/cgroup`.
    ///   - available: the content of `cgroup.controllers` at a mount point of the unified
    ///     hierarchy.
    static func find(
        mounts: String,
        groups: String,
        available: (_ mountPoint: String) -> String
    ) throws(StartFailure) -> [CgroupPlace] {
        var places: [CgroupPlace] = []
        var wanted = Set(CgroupLayout.Controller.allCases)
        for mount in CgroupMount.parse(mounts) where !mount.isUnified {
            let found = wanted.filter { mount.options.contains($0.rawValue[...]) }
            guard let first = found.first else { continue }
            guard let path = ownPath(in: groups, controller: first.rawValue) else { continue }
            wanted.subtract(found)
            places.append(
                CgroupPlace(
                    mountPoint: mount.point,
                    ownPath: mount.strip(path),
                    controllers: found.sorted { $0.rawValue < $1.rawValue },
                    isUnified: false
                )
            )
        }
        if !wanted.isEmpty {
            places.append(try unified(mounts, groups, wanted: wanted, available))
        }
        return places
    }

    private static func unified(
        _ mounts: String,
        _ groups: String,
        wanted: Set<CgroupLayout.Controller>,
        _ available: (String) -> String
    ) throws(StartFailure) -> CgroupPlace {
        guard let mount = CgroupMount.parse(mounts).first(where: \.isUnified),
            let path = ownPath(in: groups, controller: "")
        else {
            throw StartFailure("cgroup", detail: "no cgroup hierarchy has " + names(wanted))
        }
        let listed = available(mount.point).split(whereSeparator: \.isWhitespace)
        // Every v2 group counts processor time; no controller is needed for it.
        let lacking = wanted.filter { controller in
            controller != .cpuacct && !listed.contains(controller.rawValue[...])
        }
        guard lacking.isEmpty else {
            throw StartFailure("cgroup", detail: "no cgroup hierarchy has " + names(lacking))
        }
        return CgroupPlace(
            mountPoint: mount.point,
            ownPath: withoutServiceLeaf(mount.strip(path)),
            controllers: wanted.sorted { $0.rawValue < $1.rawValue },
            isUnified: true
        )
    }

    private static func names(_ controllers: some Sequence<CgroupLayout.Controller>) -> String {
        controllers.map(\.rawValue).sorted().joined(separator: ", ")
    }

    /// Finds a path in `/proc/self/cgroup`: lines of `id:controller,controller:path`; the unified
    /// hierarchy's line names no controller.
    private static func ownPath(in groups: String, controller: String) -> String? {
        for line in groups.split(separator: "\n") {
            let fields = line.split(
                separator: ":",
                maxSplits: 2,
                omittingEmptySubsequences: false
            )
            guard fields.count == 3 else { continue }
            let listed = fields[1].split(separator: ",", omittingEmptySubsequences: false)
            if listed.contains(controller[...]) { return String(fields[2]) }
        }
        return nil
    }

    /// The folders that may hold a warden's group, in order of preference.
    ///
    /// A process's own group comes first: the operator's limits on it also hold for the jails. The
    /// root is for v2 groups that hold foreign processes, where children may have no controllers.
    var parents: [String] {
        let paths = ownPath == "/" || !isUnified ? [ownPath] : [ownPath, "/"]
        return paths.map { mountPoint + ($0 == "/" ? "" : $0) }
    }

    /// Makes the warden's group below this process's own, and opens it.
    func makeHierarchy(name: String) throws(StartFailure) -> CgroupLayout.Hierarchy {
        // Report the first reason: an ordinary user may never use the root.
        var failure: StartFailure?
        for parent in parents {
            do {
                return try makeHierarchy(name: name, below: parent)
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? StartFailure("cgroup", detail: mountPoint)
    }

    private func makeHierarchy(
        name: String,
        below path: String
    ) throws(StartFailure) -> CgroupLayout.Hierarchy {
        do throws(KernelError) {
            let folder = try Descriptor.open(path, flags: OpenFlags.folder)
            WardenGroups.removeStale(in: folder.number)
            if isUnified { try delegate(folder.number) }
            let directory = try WardenGroups.make(name, in: folder.number)
            do throws(KernelError) {
                if isUnified { try enableControllers(in: directory) }
            } catch {
                Descriptor.close(directory)
                try? Files.removeFolder(name, in: folder.number)
                throw error
            }
            return CgroupLayout.Hierarchy(
                directory: directory,
                parent: folder.release(),
                path: path,
                controllers: controllers,
                isUnified: isUnified
            )
        } catch {
            throw StartFailure("cgroup " + path, error)
        }
    }

    /// Enables the controllers for child groups.
    ///
    /// v2 gives controllers only to the children of a
    /// group without processes (the root excepted), so this process and its ancestors first move
    /// into a leaf of their own; the next warden starts there.
    ///
    /// Either all processes of the group move or none: a group with foreign processes is not the
    /// service's to rearrange.
    private func delegate(_ folder: Int32) throws(KernelError) {
        do throws(KernelError) {
            try enableControllers(in: folder)
        } catch  where error.errno == Errno.busy {
            let members = try readText("cgroup.procs", in: folder).split(separator: "\n")
            let own = OwnProcess.ancestry
            guard members.allSatisfy({ Int32($0).map(own.contains) ?? false }) else { throw error }
            try? Files.makeFolder(Self.serviceLeaf, in: folder)
            for member in members {
                try writeText(String(member), to: Self.serviceLeaf + "/cgroup.procs", in: folder)
            }
            try enableControllers(in: folder)
        }
    }

    private static let serviceLeaf = "quicksand-service"

    private static func withoutServiceLeaf(_ path: String) -> String {
        guard path.hasSuffix("/" + serviceLeaf) else { return path }
        let parent = path.dropLast(serviceLeaf.utf8.count + 1)
        return parent.isEmpty ? "/" : String(parent)
    }

    private func enableControllers(in folder: Int32) throws(KernelError) {
        let names = controllers.filter { $0 != .cpuacct }.map { "+" + $0.rawValue }
        if names.isEmpty { return }
        try writeText(names.joined(separator: " "), to: "cgroup.subtree_control", in: folder)
    }
}

/// A line of `/proc/self/mountinfo` for a cgroup hierarchy; see proc_pid_mountinfo(5).
struct CgroupMount {
    let root: String
    let point: String
    let isUnified: Bool
    let options: Set<Substring>

    static func parse(_ mountinfo: String) -> [CgroupMount] {
        mountinfo.split(separator: "\n").compactMap { line in
            guard let dash = line.firstRange(of: " - ") else { return nil }
            let before = line[..<dash.lowerBound].split(separator: " ")
            let after = line[dash.upperBound...].split(separator: " ")
            guard before.count >= 5, after.count >= 3, after[0].hasPrefix("cgroup") else {
                return nil
            }
            return CgroupMount(
                root: String(before[3]),
                point: String(before[4]),
                isUnified: after[0] == "cgroup2",
                options: Set(after[2].split(separator: ","))
            )
        }
    }

    /// Makes a path relative to the mount: in a container the mount can start below the hierarchy's
    /// root.
    func strip(_ path: String) -> String {
        if path == root { return "/" }
        guard root != "/", path.hasPrefix(root + "/") else { return path }
        return String(path.dropFirst(root.count))
    }
}
