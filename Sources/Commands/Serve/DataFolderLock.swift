import CoreFoundation
import Foundation
import Glibc
import WardenClient

/// The lock that makes this process the only server of a data folder, from its start to its end.
///
/// It is a lock of an open file (flock(2)): the kernel releases it when the process ends, after a
/// crash too. Giving up root keeps the lock, and no child inherits it (O_CLOEXEC). Only `serve`
/// takes it; commands such as `keys` use the database beside a running server.
///
/// The file names the holder and is never deleted: a lock on a file without a name excludes nobody.
/// `SQLiteStore` locks the folder for short moments, so the folder itself cannot be the lock.
final class DataFolderLock: Sendable {
    static let fileName = "server.lock"
    private static let recordBytesMax = 512

    /// The lock's descriptor, never closed: the server writes the database until its very end.
    private let file: Int32

    /// - Throws: ``CommandError`` with code 1 if another server has the folder, with 2 if the lock
    ///   cannot be taken at all.
    init(_ folder: DataFolder) throws {
        file = try folder.withDescriptor { directory in
            // The folder is an ordinary user's, and this process may be root: it follows no link,
            // and does not block on a file that somebody left under this name.
            let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
            let file = openat(directory, Self.fileName, flags, 0o600)
            guard file >= 0 else { throw Self.refusal(folder, because: Self.reason(errno)) }
            do {
                try Self.take(file, of: folder)
            } catch {
                close(file)
                throw error
            }
            return file
        }
        write("\(getpid())")
    }

    /// Writes the server's address for the message of a second start.
    func announce(_ address: String) { write("\(getpid()) \(address)") }

    private static func take(_ file: Int32, of folder: DataFolder) throws {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw refusal(folder, because: reason(errno)) }
        // A file with a second link may be a file that this user may not change.
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            throw refusal(folder, because: "it is not a regular file with one link; remove it")
        }
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            switch errno {
            case EINTR: continue
            case EWOULDBLOCK:
                throw CommandError(1, "the data folder \(folder.path) is in use by " + holder(file))
            case let code: throw refusal(folder, because: reason(code))
            }
        }
        guard Privileges.isRoot, status.st_uid == 0 else { return }
        guard fchown(file, folder.owner.uid, folder.owner.gid) == 0 else {
            throw refusal(folder, because: reason(errno))
        }
    }

    /// Returns the holder that the file names, if its content looks like a server's record.
    private static func holder(_ file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: recordBytesMax)
        let count = pread(file, &bytes, bytes.count, 0)
        let record = bytes.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
        let words = record.split(separator: UInt8(ascii: " "))
        // The words go to a terminal.
        guard words.joined().allSatisfy({ (0x21...0x7e).contains($0) }),
            let process = words.first.flatMap({ Int32(String(decoding: $0, as: UTF8.self)) })
        else { return "another process" }
        guard words.count > 1 else { return "process \(process)" }
        return "process \(process), which serves " + String(decoding: words[1], as: UTF8.self)
    }

    /// Writes the record.
    ///
    /// A failure is harmless: only a second start's message lacks the record.
    private func write(_ record: String) {
        let bytes = Array((record + "\n").utf8)
        pwrite(file, bytes, bytes.count, 0)
        ftruncate(file, bytes.count)
    }

    private static func refusal(_ folder: DataFolder, because reason: String) -> CommandError {
        CommandError(2, "\(folder.path)/\(fileName) cannot be locked: \(reason)")
    }

    private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
}
