import Foundation

/// The files that this checkout ships.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    static let limits = root + "/limits.json"
    static let runtimes = root + "/runtimes"
    static let policy = runtimes + "/seccomp.json"
}
