import CoreFoundation
import Domain
import FolderCache
import Foundation
import Glibc
import SQLiteStore
import WardenClient

/// The folder of the database and of compiled programs, owned by the user that the service becomes:
/// a command run as root beside a running server leaves no file that the server could not use.
struct DataFolder {
    let path: String
    let owner: ServiceUser

    static var standardPath: String {
        if Privileges.isRoot { return "/var/lib/quicksand" }
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_DATA_HOME"] ?? (environment["HOME"] ?? ".") + "/.local/share"
        return base + "/quicksand"
    }

    /// - Parameter user: a name or number; by default the folder's owner, or the user `quicksand`,
    ///    or `nobody`.
    init(path: String, user: String?) throws {
        self.path = path
        owner = try Privileges.isRoot ? ServiceUser.find(user, dataFolder: path) : .current
    }

    /// Makes the folder if it is missing, and gives it to its owner.
    func prepare() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true
            )
        } catch {
            throw CommandError(
                2,
                "cannot create the data folder \(path): \(error.localizedDescription)"
            )
        }
        if Privileges.isRoot { try giveToOwner() }
    }

    /// Gives the folder and its files to the owner.
    ///
    /// The folder is an ordinary user's and this process is root, so it trusts nothing in the
    /// folder: it follows no link, and hands over only files that root itself left there.
    private func giveToOwner() throws {
        try withDescriptor { folder in
            guard fchown(folder, owner.uid, owner.gid) == 0, fchmod(folder, 0o700) == 0 else {
                throw CommandError(
                    2,
                    "cannot give \(path) to the user \(owner.name): \(Self.reason)"
                )
            }
            try giveFilesToOwner(in: folder)
        }
    }

    private func giveFilesToOwner(in folder: Int32) throws {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
            let file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
            guard file >= 0 else { continue }
            defer { close(file) }
            var status = stat()
            guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                status.st_nlink == 1, status.st_uid == 0
            else { continue }
            guard fchown(file, owner.uid, owner.gid) == 0 else {
                throw CommandError(
                    2,
                    "cannot give \(name) to the user \(owner.name): \(Self.reason)"
                )
            }
        }
    }

    /// Opens the folder while `body` runs; as root, only if its path is not a link.
    func withDescriptor<Result>(_ body: (_ folder: Int32) throws -> Result) throws -> Result {
        let links = Privileges.isRoot ? O_NOFOLLOW : 0
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | links)
        guard folder >= 0 else {
            throw CommandError(2, "cannot open the data folder \(path): \(Self.reason)")
        }
        defer { close(folder) }
        return try body(folder)
    }

    private static var reason: String { String(cString: strerror(errno)) }

    /// - Parameter onGivenUp: receives each record that the store could not read.
    /// - Throws: ``CommandError`` with the store's own message.
    func openStore(
        onGivenUp: @escaping @Sendable (UnreadableRecord) -> Void = { _ in }
    ) throws -> SQLiteStore {
        do {
            return try SQLiteStore(path: path + "/quicksand.sqlite", onGivenUp: onGivenUp)
        } catch {
            throw CommandError(2, "\(error)")
        }
    }

    /// Opens the cache of compiled programs.
    ///
    /// Call it as the folder's owner: that user then owns the files.
    /// - Returns: `nil` if the size limit is 0.
    func openCompileCache(bytesMax: Int) throws -> FolderCache? {
        guard bytesMax > 0 else { return nil }
        let folder = path + "/compiled"
        do {
            return try FolderCache(path: folder, bytesMax: bytesMax)
        } catch {
            throw CommandError(
                2,
                "cannot use the folder \(folder): \(error.localizedDescription)"
            )
        }
    }
}

/// An ordinary user of this machine.
struct ServiceUser {
    let name: String
    let uid: UInt32
    let gid: UInt32

    static var current: ServiceUser {
        ServiceUser(name: "uid \(getuid())", uid: getuid(), gid: getgid())
    }

    static func find(_ wanted: String?, dataFolder: String) throws -> ServiceUser {
        if let wanted {
            guard let user = byName(wanted) ?? UInt32(wanted).flatMap(byNumber) else {
                throw CommandError(2, "unknown user \(wanted)")
            }
            guard user.uid != 0 else { throw CommandError(2, "the service must not run as root") }
            return user
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: dataFolder)
        if let owner = attributes?[.ownerAccountID] as? NSNumber, owner.uint32Value != 0,
            let group = attributes?[.groupOwnerAccountID] as? NSNumber
        {
            return ServiceUser(
                name: "uid \(owner)",
                uid: owner.uint32Value,
                gid: group.uint32Value
            )
        }
        guard let user = byName("quicksand") ?? byName("nobody") else {
            throw CommandError(
                2,
                "neither the user quicksand nor nobody exists: name one with --user"
            )
        }
        return user
    }

    private static func byName(_ name: String) -> ServiceUser? {
        getpwnam(name).map {
            ServiceUser(name: name, uid: $0.pointee.pw_uid, gid: $0.pointee.pw_gid)
        }
    }

    private static func byNumber(_ number: UInt32) -> ServiceUser? {
        let entry = getpwuid(number)
        return ServiceUser(name: "uid \(number)", uid: number, gid: entry?.pointee.pw_gid ?? number)
    }
}
