import FolderCache
import Foundation
import WardenClient

/// The current user's folder of compiled programs that `run` keeps.
///
/// A server has another folder, in its data folder and owned by the server's user: a user who may
/// write a folder decides what its programs are.
struct CacheFolder {
    let path: String

    private static let bytesMax = 256 << 20

    /// - Parameter path: the flag's path; else the variable's, else the user's own.
    init(given path: String?) {
        self.path = Setting("cache").text(path) ?? Self.standardPath
    }

    private static var standardPath: String {
        if Privileges.isRoot { return "/var/cache/quicksand" }
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? ".") + "/.cache"
        return base + "/quicksand"
    }

    /// - Returns: `nil` if the folder cannot be used: `run` then compiles the program.
    func open() -> FolderCache? {
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
            return try FolderCache(path: path + "/compiled", bytesMax: Self.bytesMax)
        } catch {
            return nil
        }
    }
}
