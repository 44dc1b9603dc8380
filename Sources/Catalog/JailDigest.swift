import Cryptography
import Domain
import Glibc
import WardenProtocol

/// What decides, beside a request, what a compiler makes of it: the jail that it runs in, the
/// compiler itself, and what is installed around it.
///
/// Two digests that differ keep what was compiled under one from being run under the other. They
/// are made at the start, as the versions are: who installs another compiler, or headers beside it,
/// starts the service again. Programs are not read for it, but looked at: who has put other bytes
/// into a file of the same size, time and inode number is the operator, who is trusted.
struct JailDigest {
    private let filters: [[UInt8]]
    private let root: RootImage
    private let installed: [String]

    /// Where package managers note what they install, so that each installation changes one of
    /// them, and the folders where something can be put by hand.
    private static let places = [
        "/var/lib/dpkg/status", "/lib/apk/db/installed", "/var/lib/pacman/local",
        "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite",
        "/usr/include", "/usr/local/include", "/usr/local/lib",
    ]

    /// - Parameter installed: paths whose change means that something else is installed; those of
    ///    this machine by default.
    init(filters: [[UInt8]], root: RootImage, installed: [String]? = nil) {
        self.filters = filters
        self.root = root
        self.installed = installed ?? Self.places
    }

    /// - Parameter others: more paths whose change makes it another compiler.
    func compiler(
        at location: ProgramLocation,
        _ image: RuntimeImage,
        beside others: [String] = []
    ) -> [UInt8] {
        // A catalog without what is about how much and how many.
        let jail = CatalogImage(
            ceilings: Limits { _ in 0 },
            jails: 0,
            filters: filters,
            root: root,
            runtimes: [image]
        )
        var writer = ByteWriter()
        writer.blob(jail.encoded())
        writer.text(location.jail)
        writer.list([location.host] + others + installed) { writer, path in
            writer.text(path)
            writer.blob(Self.look(at: path))
        }
        return SHA256.digest(of: writer.bytes).bytes
    }

    /// What changes when a file is replaced or written, or a folder gets another name; empty where
    /// there is nothing.
    private static func look(at path: String) -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        var writer = ByteWriter()
        writer.integer(UInt64(status.st_ino))
        writer.integer(Int64(status.st_size))
        writer.integer(Int64(status.st_mtim.tv_sec))
        writer.integer(Int64(status.st_mtim.tv_nsec))
        return writer.bytes
    }
}
