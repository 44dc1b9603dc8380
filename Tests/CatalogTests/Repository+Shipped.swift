import Foundation
import TestSupport

/// The files that this checkout ships.
extension Repository {
    static let limits = root.path + "/limits.json"
    static let runtimes = root.path + "/runtimes"
    static let policy = runtimes + "/seccomp.json"
}
