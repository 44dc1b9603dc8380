public import Catalog
import Foundation
import TestSupport
import WardenClient

/// The checkout that tests of real jails belong to, and the warden that was built with them.
public enum Checkout {
    public static let root = Repository.root.path

    /// What this checkout ships.
    ///
    /// The runtimes' programs are asked for their versions each time.
    /// - Parameters:
    ///   - jails: how many there may be at once.
    ///   - toolsFolder: in place of what `Scripts/install-runtimes` fills.
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

    /// Beside the test itself: SwiftPM puts all that it builds into one folder.
    public static func warden() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: own).deletingLastPathComponent()
            .appendingPathComponent("quicksand-warden").path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(what: path) }
        return path
    }

    public static let isRoot = WardenClient.Privileges.isRoot
}

/// Something without which a test would show nothing.
public struct Missing: Error, CustomStringConvertible {
    private let what: String

    public init(what: String) { self.what = what }

    public var description: String { "missing: " + what }
}
