import Foundation
import Glibc

/// The folder of the programs, with one file for each, named by its key.
///
/// All methods wait for the disk. A file is first written under another name, so that its final
/// name never has a partial file when this process ends at any time; after a power cut a file may
/// be cut short, which the checksum detects. Processes may share a folder: each then applies the
/// bound to what it adds, and a program that another process removed counts as missing. The
/// modification time of a file is its last use.
struct ProgramFolder: Sendable {
    let path: String

    /// The prefix of a file that is being written; the process id follows, one file per process.
    private static let unfinished = "unfinished"
    private let ownUnfinished = "\(unfinished).\(getpid())"
    /// The size of a disk block, by which files are counted.
    private static let blockBytes = 4_096

    struct File {
        let key: ProgramKey
        let bytes: Int
    }

    /// Creates the folder if it is missing.
    init(path: String) throws {
        self.path = path
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw POSIXError.last }
        var status = stat()
        guard lstat(path, &status) == 0 else { throw POSIXError.last }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw POSIXError(.ENOTDIR) }
    }

    /// Returns the files, least recently used first.
    func contents() throws -> [File] {
        var found: [(file: File, usedAt: timespec)] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: path) {
            if isAbandoned(name) { unlink(path(of: name)) }
            var status = stat()
            guard let key = ProgramKey(fileName: name), lstat(path(of: name), &status) == 0,
                status.st_mode & S_IFMT == S_IFREG
            else { continue }
            let bytes = Self.weight(Int(status.st_size))
            found.append((File(key: key, bytes: bytes), status.st_mtim))
        }
        return found.sorted {
            ($0.usedAt.tv_sec, $0.usedAt.tv_nsec) < ($1.usedAt.tv_sec, $1.usedAt.tv_nsec)
        }.map(\.file)
    }

    /// Returns whether the process that was writing the file has ended.
    private func isAbandoned(_ name: String) -> Bool {
        guard name.hasPrefix(Self.unfinished) else { return false }
        let process = pid_t(name.dropFirst(Self.unfinished.count + 1))
        guard let process, process > 0, process != getpid() else { return true }
        return kill(process, 0) != 0 && errno == ESRCH
    }

    /// - Throws: where the disk is full or cannot be written; no file is left then.
    func write(_ content: Data, for key: ProgramKey) throws {
        let unfinished = path(of: ownUnfinished)
        let file = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw POSIXError.last }
        do {
            defer { close(file) }
            try FileHandle(fileDescriptor: file, closeOnDealloc: false).write(contentsOf: content)
            guard rename(unfinished, path(of: key.fileName)) == 0 else { throw POSIXError.last }
        } catch {
            unlink(unfinished)
            throw error
        }
    }

    /// Returns the file's content; `nil` where it cannot be read or has more than `bytesMax` bytes.
    func read(_ key: ProgramKey, bytesMax: Int) -> Data? {
        let file = open(path(of: key.fileName), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= bytesMax
        else { return nil }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: false)
        guard let content = try? handle.read(upToCount: Int(status.st_size)) else { return nil }
        futimens(file, nil)
        return content
    }

    /// Sets the file's time of last use to the present.
    func use(_ key: ProgramKey) {
        utimensat(AT_FDCWD, path(of: key.fileName), nil, AT_SYMLINK_NOFOLLOW)
    }

    func remove(_ key: ProgramKey) {
        unlink(path(of: key.fileName))
    }

    private func path(of name: String) -> String { path + "/" + name }

    /// Returns the size of a file of this many bytes, in whole blocks.
    static func weight(_ bytes: Int) -> Int {
        (bytes + blockBytes - 1) / blockBytes * blockBytes
    }
}

extension POSIXError {
    fileprivate static var last: POSIXError { POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
