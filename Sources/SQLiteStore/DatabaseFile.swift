import Foundation

/// The database file and its folder, created with the right owner and mode before SQLite opens it.
///
/// SQLite gives its `-wal` and `-shm` files the database's own mode and, as root, its owner.
struct DatabaseFile {
    let path: String

    private var folder: String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    /// Creates the folder and the file where they are missing.
    ///
    /// The caller holds the lock until the schema exists.
    func prepare() throws(SQLiteStoreError) -> FolderLock {
        try createFolder()
        let lock = try FolderLock(folder)
        do throws(SQLiteStoreError) {
            try createFile(ownedLike: lock.status())
        } catch {
            lock.release()
            throw error
        }
        return lock
    }

    private func createFolder() throws(SQLiteStoreError) {
        if FileManager.default.fileExists(atPath: folder) { return }
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw .folder(path: folder, errno: Self.code(of: error))
        }
    }

    private func createFile(ownedLike folder: stat) throws(SQLiteStoreError) {
        // O_EXCL leaves an existing database unopened. Opening and closing it would drop every
        // POSIX lock that this process holds on it (sqlite.org/howtocorrupt.html, 2.2).
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            guard errno == EEXIST else { throw .file(path: path, errno: errno) }
            try narrowMode(in: folder)
            return
        }
        defer { close(descriptor) }
        if geteuid() == 0, fchown(descriptor, folder.st_uid, folder.st_gid) != 0 {
            throw .file(path: path, errno: errno)
        }
    }

    /// Removes the access of other users from an existing database, if we own the file and its
    /// folder.
    ///
    /// In another user's folder, root could be tricked into changing a different file.
    private func narrowMode(in folder: stat) throws(SQLiteStoreError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw .file(path: path, errno: errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .file(path: path, errno: EISDIR)
        case S_IFLNK: throw .file(path: path, errno: ELOOP)
        default: throw .file(path: path, errno: EINVAL)
        }
        let isOurs = status.st_uid == geteuid() && folder.st_uid == geteuid()
        guard isOurs, status.st_mode & 0o077 != 0 else { return }
        guard chmod(path, 0o600) == 0 else { throw .file(path: path, errno: errno) }
    }

    private static func code(of error: any Error) -> Int32 {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
        if let underlying, underlying.domain == NSPOSIXErrorDomain { return Int32(underlying.code) }
        if let error = error as? CocoaError, error.code == .fileWriteNoPermission { return EACCES }
        return EIO
    }
}

/// An exclusive lock on a folder, held briefly while a database is created or migrated.
struct FolderLock {
    private let descriptor: Int32
    private let path: String

    init(_ path: String) throws(SQLiteStoreError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else { throw .folder(path: path, errno: errno) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let code = errno
                close(descriptor)
                throw .folder(path: path, errno: code)
            }
        }
    }

    func status() throws(SQLiteStoreError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .folder(path: path, errno: errno) }
        return status
    }

    /// Releases the lock by closing the folder.
    ///
    /// The owner of the lock calls it once.
    func release() {
        close(descriptor)
    }
}
