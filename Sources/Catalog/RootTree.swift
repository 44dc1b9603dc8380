import WardenProtocol

/// The files of this machine that every jail contains, for every runtime.
///
/// They are the system's programs and libraries, and a few files under `/etc` that are made here.
/// Nothing else of the host is visible in a jail.
enum RootTree {
    /// The environment of every stage, before the runtime's own.
    static let environment = [
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": "/box",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
    ]

    /// The warden's own folders, on which, in which and around which no manifest may mount.
    static let wardenFolders = ["/proc", "/sys", "/dev", "/tmp", "/box"]

    /// Returns the folder of the jail that a mount at `path` would cover or enter; `nil` if there
    /// is none.
    static func reservedFolder(coveredBy path: String) -> String? {
        let entered = wardenFolders.first {
            HostPath.contains($0, path) || HostPath.contains(path, $0)
        }
        return entered ?? (HostPath.contains(path, "/etc") ? "/etc" : nil)
    }

    /// The folders that are links into `/usr` on a merged system, and real folders elsewhere.
    private static let systemFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"]

    /// - Throws: ``CatalogError`` if the machine has no `/usr`, or if its library cache is
    ///   unreadable.
    static func image() throws(CatalogError) -> RootImage {
        guard HostPath.exists("/usr") else {
            throw CatalogError(file: "/usr", problem: .unreadable)
        }
        var mounts = [MountImage(source: "/usr", target: "/usr")]
        var links: [LinkImage] = []
        for folder in systemFolders {
            if let target = HostPath.linkTarget(folder) {
                links.append(LinkImage(path: folder, target: target))
            } else if HostPath.exists(folder) {
                mounts.append(MountImage(source: folder, target: folder))
            }
        }
        // Debian's interchangeable programs, such as `cc` and `awk`, are links through this folder.
        if HostPath.exists("/etc/alternatives") {
            mounts.append(MountImage(source: "/etc/alternatives", target: "/etc/alternatives"))
        }
        return RootImage(mounts: mounts, links: links, files: try files())
    }

    private static func files() throws(CatalogError) -> [FileImage] {
        var files = [
            "/etc/passwd": """
            root:x:0:0:root:/:/usr/sbin/nologin
            runner:x:1000:1000:runner:/box:/bin/sh
            nobody:x:65534:65534:nobody:/:/usr/sbin/nologin

            """,
            "/etc/group": "root:x:0:\nrunner:x:1000:\nnogroup:x:65534:\n",
            "/etc/hosts": "127.0.0.1 localhost jail\n::1 localhost jail\n",
            "/etc/hostname": "jail\n",
            // Without this file, each name look-up would first try daemons and servers that do not
            // exist.
            "/etc/nsswitch.conf": """
            passwd: files
            group: files
            hosts: files
            services: files
            protocols: files

            """,
            "/etc/services": NetworkNames.services,
            "/etc/protocols": NetworkNames.protocols,
        ].map { FileImage(path: $0.key, content: Array($0.value.utf8)) }
        // The dynamic linker finds libraries outside the default folders only through this list
        // (ld.so(8)).
        let cache = "/etc/ld.so.cache"
        if HostPath.exists(cache) {
            let bytes = try SettingsFile.bytes(path: cache, label: cache)
            files.append(FileImage(path: cache, content: bytes))
        }
        return files.sorted { $0.path < $1.path }
    }
}
