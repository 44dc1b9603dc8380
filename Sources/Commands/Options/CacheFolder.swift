import FolderCache
import Foundation
import WardenClient

/// The folder of compiled programs that `run` keeps, of the user who runs it.
///
/// A server has another, in its data folder and of its own user: who may write a folder decides
/// what its programs are.
struct CacheFolder {
    let path: String

    private static let bytesMax = 256 << 20

    /// - Parameter path: from the flag; else the variable's, else the user's own.
    init(given path: String?) {
        self.path = Setting("cache").text(path) ?? Self.standardPath
    }

    private static var standardPath: String {
        if Privileges.isRoot { return "/var/cache/quicksand" }
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? ".") + "/.cache"
        return base + "/quicksand"
    }

    /// - Returns: `nil` where the folder cannot be used: the program is compiled then.
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
