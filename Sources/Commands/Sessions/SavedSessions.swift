// Swift 6.3 finds `stat` here, in a target with a file that imports FoundationNetworking.
import CoreFoundation
import Foundation
import Glibc

/// A saved session at one server.
struct SavedSession: Codable, Sendable {
    let token: String
    let email: String
}

/// The saved sessions of this user, by server: `~/.config/quicksand/credentials.json`.
///
/// A token alone proves the identity. So the folder and the file belong to this user alone: no link
/// is followed, and a file that another user owns or can read is refused. A new file is written
/// beside the old file and renamed over it.
struct SavedSessions {
    static let bytesMax = 1 << 20
    static let fileName = "credentials.json"

    let folder: String

    private struct Content: Codable {
        var servers: [String: SavedSession] = [:]
    }

    /// Returns the folder of the XDG Base Directory Specification; a relative path is ignored.
    static func standard() throws -> SavedSessions {
        let environment = ProcessInfo.processInfo.environment
        if let base = environment["XDG_CONFIG_HOME"], base.hasPrefix("/") {
            return SavedSessions(folder: base + "/quicksand")
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw CommandError(2, "HOME is not set, and the session is stored there")
        }
        return SavedSessions(folder: home + "/.config/quicksand")
    }

    func session(at server: ServerAddress) throws -> SavedSession? {
        guard let folder = try openFolder(isMade: false) else { return nil }
        defer { close(folder) }
        return try read(folder).servers[server.description]
    }

    /// Saves a session in place of the previous one, or deletes it.
    func keep(_ session: SavedSession?, at server: ServerAddress) throws {
        guard let folder = try openFolder(isMade: session != nil) else { return }
        defer { close(folder) }
        // Two concurrent commands must not lose each other's session: the second command waits
        // here.
        guard flock(folder, LOCK_EX) == 0 else { throw failure("cannot be locked") }
        var content = try read(folder)
        content.servers[server.description] = session
        try write(content, folder)
    }

    private var path: String { "\(folder)/\(Self.fileName)" }

    private func failure(_ what: String) -> CommandError {
        CommandError(2, "\(path) \(what): \(Self.reason)")
    }

    private static var reason: String { String(cString: strerror(errno)) }
}

extension SavedSessions {
    /// - Returns: `nil` if the folder is missing and is not to be made.
    private func openFolder(isMade: Bool) throws -> Int32? {
        if isMade {
            try? FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT, !isMade { return nil }
            // With O_DIRECTORY the kernel refuses a link as it refuses a file.
            let reason = errno == ENOTDIR ? "it is a link, or no folder" : Self.reason
            throw CommandError(2, "the folder \(folder) cannot be opened: \(reason)")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0 || fchmod(descriptor, 0o700) == 0
        else {
            close(descriptor)
            throw CommandError(
                2,
                "the folder \(folder) belongs to another user"
            )
        }
        return descriptor
    }

    private func read(_ folder: Int32) throws -> Content {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        let descriptor = openat(folder, Self.fileName, flags)
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return Content()
            case ELOOP: throw CommandError(2, "\(path) is a symbolic link")
            default: throw failure("cannot be opened")
            }
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_uid == geteuid()
        else { throw CommandError(2, "\(path) is not a file of yours") }
        guard status.st_mode & 0o077 == 0 else {
            throw CommandError(
                2,
                "\(path) can be read by others: sign out and in again, then chmod 600 it"
            )
        }
        guard let bytes = try file.read(upToCount: Self.bytesMax + 1),
            bytes.count <= Self.bytesMax,
            let content = try? JSONDecoder().decode(Content.self, from: bytes)
        else {
            throw CommandError(2, "\(path) is damaged: remove it and sign in again")
        }
        return content
    }

    private func write(_ content: Content, _ folder: Int32) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let bytes = try encoder.encode(content)
        guard bytes.count <= Self.bytesMax else {
            throw CommandError(2, "\(path) would be too large")
        }
        let draft = ".\(Self.fileName).\(UUID().uuidString)"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let descriptor = openat(folder, draft, flags, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: bytes)
            guard fsync(descriptor) == 0, renameat(folder, draft, folder, Self.fileName) == 0,
                fsync(folder) == 0
            else { throw failure("cannot be written") }
        } catch {
            unlinkat(folder, draft, 0)
            throw error
        }
    }
}
