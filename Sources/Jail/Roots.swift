internal import Kernel
internal import WardenWire

/// The read-only roots that jails are made from, one for each runtime, and the empty world that the
/// warden itself lives in once they are made.
///
/// Everything here happens once, before the first request: afterwards no path of the host can be
/// reached from the warden's namespace, so there is none that it could be tricked into opening.
enum Roots {
    /// Where a jail's init attaches its copy before it becomes the root.
    static let attachPoint = "/jail"

    static func path(runtime: Int) -> String { "/roots/\(runtime)" }

    /// The only folder that exists on every Linux system and that no runtime lives in is hidden by
    /// ours.
    private static let staging = "/tmp"

    static func prepare(_ catalog: CatalogImage) throws(StartFailure) {
        do {
            try Process.unshare(.mount)
            try Mount.makeEverythingPrivate()
        } catch {
            throw StartFailure("mount namespace", error)
        }
        // Copied before the staging folder hides anything.
        var trees: [[Tree]] = []
        for runtime in catalog.runtimes {
            trees.append(try copies(of: catalog.root.mounts + runtime.mounts))
        }
        do {
            try Mount.make("tmpfs", on: staging, flags: [.noSetUID], options: "size=1m,mode=0755")
            try Mount.changeDirectory(staging)
            for folder in ["proc", "roots", "jail"] { try Mount.makeFolder(folder) }
            try Mount.make("proc", on: "proc", flags: [.noSetUID, .noDevices, .noExecution])
        } catch {
            throw StartFailure("mounts", error)
        }
        for (number, trees) in trees.enumerated() {
            do {
                try build("roots/\(number)", root: catalog.root, trees: trees)
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
    }

    private static func copies(of mounts: [MountImage]) throws(StartFailure) -> [Tree] {
        var trees: [Tree] = []
        for mount in mounts {
            do {
                let tree = try Mount.copyTree(mount.source)
                try Mount.restrict(tree.number)
                let isFolder = Files.kind(of: tree.number).kind == .folder
                trees.append(
                    Tree(number: tree.release(), target: mount.target, isFolder: isFolder)
                )
            } catch {
                throw StartFailure("mount of " + mount.source, error)
            }
        }
        return trees
    }

    /// One tmpfs holds what is fixed; the host's folders are attached to it, and all of it is
    /// sealed read-only.
    private static func build(
        _ path: String,
        root: RootImage,
        trees: [Tree]
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
        try makeDevices("\(path)/dev")
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
            try Mount.attach(tree.number, on: path + tree.target)
            Descriptor.close(tree.number)
        }
        let top = try Descriptor.open(path, flags: OpenFlags.place | OpenFlags.folder)
        try Mount.restrictTop(top.number)
    }

    /// The device numbers are fixed; see Documentation/admin-guide/devices.txt of the kernel.
    private static func makeDevices(_ path: String) throws(KernelError) {
        let devices: [(String, UInt32)] = [
            ("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9),
        ]
        for (name, minor) in devices {
            try Mount.makeDevice("\(path)/\(name)", major: 1, minor: minor)
        }
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
