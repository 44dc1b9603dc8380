internal import JailInit
internal import Kernel
internal import WardenProtocol

/// The read-only roots of jails, one for each runtime, and the empty root that the warden itself
/// lives in afterwards.
///
/// All of this happens once, before the first request. Afterwards no path of the host is reachable
/// from the warden's namespace, so nobody can trick the warden into opening one.
enum Roots {
    static func path(runtime: Int) -> String { "/roots/\(runtime)" }

    /// The folder that the warden's tmpfs hides: the only one that exists on every Linux system and
    /// holds no runtime.
    private static let staging = "/tmp"

    /// - Parameter isRoot: whether this is the machine's root, and not only a user namespace's.
    static func prepare(_ catalog: CatalogImage, isRoot: Bool) throws(StartFailure) {
        do {
            try Process.unshare(.mount)
            try Mount.makeEverythingPrivate()
        } catch {
            throw StartFailure("mount namespace", error)
        }
        // Copy the trees before the staging folder hides any path.
        var flags: MountFlags = [.readOnly, .noSetUID, .noDevices]
        if catalog.absent.contains(.readOnlyRoot) { flags.remove(.readOnly) }
        var trees: [[Tree]] = []
        for runtime in catalog.runtimes {
            var copies = try copies(of: catalog.root.mounts + runtime.mounts, flags)
            copies += try Self.copies(of: runtime.optionalMounts, flags, isOptional: true)
            if !isRoot { copies += try Self.copies(of: devices, [.readOnly, .noSetUID]) }
            trees.append(copies)
        }
        do {
            let proc = try Mount.copyTree("/proc")
            try Mount.make("tmpfs", on: staging, flags: [.noSetUID], options: "size=1m,mode=0755")
            try Mount.changeDirectory(staging)
            for folder in ["proc", "roots", String(Init.attachPoint.dropFirst())] {
                try Mount.makeFolder(folder)
            }
            try Mount.attach(proc.number, on: "proc")
        } catch {
            throw StartFailure("mounts", error)
        }
        for (number, trees) in trees.enumerated() {
            do {
                let path = "roots/\(number)"
                try build(path, root: catalog.root, trees: trees, flags: flags)
                if isRoot { try makeDevices(path) }
                if !catalog.absent.contains(.readOnlyRoot) { try seal(path) }
            } catch {
                throw StartFailure("root of " + catalog.runtimes[number].name, error)
            }
        }
        do {
            try Mount.enterCurrentFolderAsRoot()
        } catch {
            throw StartFailure("pivot_root", error)
        }
    }

    private struct Tree {
        let number: Int32
        let target: String
        let isFolder: Bool
        /// Whether a program's own table of mounts would show a path of the host, because it names
        /// the source folder of a mount.
        let hasForeignName: Bool
    }

    /// - Parameter isOptional: whether a mount may be missing: its folder may have been removed
    ///   since the front saw it, because a replacement warden starts later.
    private static func copies(
        of mounts: [MountImage],
        _ flags: MountFlags,
        isOptional: Bool = false
    ) throws(StartFailure) -> [Tree] {
        var trees: [Tree] = []
        for mount in mounts {
            do throws(KernelError) {
                let tree = try Mount.copyTree(mount.source)
                try Mount.restrict(tree.number, flags)
                let isFolder = Files.kind(of: tree.number).kind == .folder
                trees.append(
                    Tree(
                        number: tree.release(),
                        target: mount.target,
                        isFolder: isFolder,
                        hasForeignName: isFolder && mount.source != mount.target
                    )
                )
            } catch {
                if isOptional, error.errno == Errno.noEntry { continue }
                throw StartFailure("mount of " + mount.source, error)
            }
        }
        return trees
    }

    /// Builds a root: one tmpfs holds the fixed files, the host's folders are attached to it, and
    /// ``seal(_:)`` then makes all of it read-only.
    private static func build(
        _ path: String,
        root: RootImage,
        trees: [Tree],
        flags: MountFlags
    ) throws(KernelError) {
        try Mount.makeFolder(path)
        try Mount.make(
            "tmpfs",
            on: path,
            flags: [.noSetUID],
            options: "size=4m,nr_inodes=4096,mode=0755"
        )
        for folder in ["proc", "dev", "box", "tmp", "etc"] {
            try Mount.makeFolder("\(path)/\(folder)")
        }
        try makeDeviceLinks("\(path)/dev")
        for file in root.files {
            try makeParents(of: file.path, in: path)
            let descriptor = try Descriptor.open(
                path + file.path,
                flags: OpenFlags.writeOnly | OpenFlags.create,
                mode: 0o644
            )
            try writeAll(file.content, to: descriptor.number)
        }
        for link in root.links {
            try makeParents(of: link.path, in: path)
            try Mount.makeLink(path + link.path, to: link.target)
        }
        for tree in trees {
            try makeParents(of: tree.target, in: path)
            if tree.isFolder {
                try makeFolderIfMissing(path + tree.target)
            } else {
                _ = try Descriptor.open(
                    path + tree.target,
                    flags: OpenFlags.writeOnly | OpenFlags.create,
                    mode: 0o644
                )
            }
            if !tree.hasForeignName || !show(tree, on: path + tree.target, flags: flags) {
                try Mount.attach(tree.number, on: path + tree.target)
            }
            Descriptor.close(tree.number)
        }
    }

    /// Mounts a tree through an overlay, which shows no other path than the paths of its own lower
    /// folders.
    ///
    /// - Returns: `false` if the kernel cannot make one, such as one over an overlay over an
    ///   overlay.
    private static func show(_ tree: Tree, on target: String, flags: MountFlags) -> Bool {
        let lower = "\(lowerFolders)/\(tree.number)"
        let nothing = lowerFolders + "/nothing"
        do {
            try makeFolderIfMissing(lowerFolders)
            try makeFolderIfMissing(nothing)  // a read-only overlay wants two
            try makeFolderIfMissing(lower)
            try Mount.attach(tree.number, on: lower)
            try Mount.make(
                "overlay",
                on: target,
                flags: flags,
                options: "lowerdir=\(lower):\(nothing)"
            )
            return true
        } catch {
            return false
        }
    }

    private static let lowerFolders = "lower"

    private static func seal(_ path: String) throws(KernelError) {
        let top = try Descriptor.open(path, flags: OpenFlags.place | OpenFlags.folder)
        try Mount.restrictTop(top.number)
    }

    /// The devices with their fixed numbers; see Documentation/admin-guide/devices.txt of the
    /// kernel.
    private static let deviceMinors: [(path: String, minor: UInt32)] = [
        ("/dev/null", 3), ("/dev/zero", 5), ("/dev/full", 7), ("/dev/random", 8),
        ("/dev/urandom", 9),
    ]

    /// The machine's own devices: only its root can make others.
    private static var devices: [MountImage] {
        deviceMinors.map { MountImage(source: $0.path, target: $0.path) }
    }

    private static func makeDevices(_ root: String) throws(KernelError) {
        for (path, minor) in deviceMinors {
            try Mount.makeDevice(root + path, major: 1, minor: minor)
        }
    }

    private static func makeDeviceLinks(_ path: String) throws(KernelError) {
        let links = [
            ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
            ("stderr", "/proc/self/fd/2"), ("shm", "/tmp"),
        ]
        for (name, target) in links { try Mount.makeLink("\(path)/\(name)", to: target) }
    }

    private static func makeParents(of path: String, in root: String) throws(KernelError) {
        var folder = root
        for component in path.split(separator: "/").dropLast() {
            folder += "/" + component
            try makeFolderIfMissing(folder)
        }
    }

    private static func makeFolderIfMissing(_ path: String) throws(KernelError) {
        do throws(KernelError) {
            try Mount.makeFolder(path)
        } catch  where error.errno == Errno.exists {
        }
    }
}
