public import Catalog
import Foundation
import TestSupport
import WardenClient

/// The checkout of the tests of real jails, and its warden.
public enum Checkout {
    public static let root = Repository.root.path

    /// Loads this checkout's catalog.
    ///
    /// It runs the runtimes' programs each time, to read their versions.
    /// - Parameters:
    ///   - jails: the highest number of jails at once.
    ///   - toolsFolder: the folder in place of the folder of `Scripts/install-runtimes`.
    public static func catalog(
        jails: Int,
        toolsFolder: String = root + "/.quicksand/tools"
    ) -> Result<Catalog, any Error> {
        Result {
            try Catalog.load(
                limitsFile: root + "/limits.json",
                runtimesFolder: root + "/runtimes",
                toolsFolder: toolsFolder,
                jails: jails
            )
        }
    }

    /// Returns the warden's path beside the test itself: SwiftPM builds all programs into one
    /// folder.
    public static func warden() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: own).deletingLastPathComponent()
            .appendingPathComponent("quicksand-warden").path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(what: path) }
        return path
    }

    public static let isRoot = WardenClient.Privileges.isRoot
}

/// A missing precondition, without which a test would prove nothing.
public struct Missing: Error, CustomStringConvertible {
    private let what: String

    public init(what: String) { self.what = what }

    public var description: String { "missing: " + what }
}
