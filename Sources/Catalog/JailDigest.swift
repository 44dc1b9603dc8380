import Cryptography
import Domain
import Glibc
import WardenProtocol

/// A digest of everything besides the request that a compiler's output depends on: its jail, the
/// compiler itself, and the software installed beside it.
///
/// A program that was compiled under one digest never runs under another. Digests are made at
/// start-up, like the versions, so an operator who installs another compiler or other headers must
/// restart the service. The digest uses the size, time and inode number of each file, not its
/// content: only the operator, who is trusted, could change the content and keep all three.
struct JailDigest {
    private let filters: [[UInt8]]
    private let root: RootImage
    private let installed: [String]

    /// The files in which package managers record installations, so that each installation changes
    /// one, and the folders for software that is installed by hand.
    private static let places = [
        "/var/lib/dpkg/status", "/lib/apk/db/installed", "/var/lib/pacman/local",
        "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/var/lib/rpm/rpmdb.sqlite",
        "/usr/include", "/usr/local/include", "/usr/local/lib",
    ]

    /// - Parameter installed: the paths whose change means that other software is installed; the
    ///   default is this machine's.
    init(filters: [[UInt8]], root: RootImage, installed: [String]? = nil) {
        self.filters = filters
        self.root = root
        self.installed = installed ?? Self.places
    }

    /// - Parameter others: further paths whose change counts as another compiler.
    func compiler(
        at location: ProgramLocation,
        _ image: RuntimeImage,
        beside others: [String] = []
    ) -> [UInt8] {
        // The image leaves out all limits and counts.
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

    /// Returns bytes that change when a file is replaced or written, or when a folder is renamed;
    /// empty if the path does not exist.
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
