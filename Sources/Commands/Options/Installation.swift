import Foundation

/// The folders of this installation.
package enum Installation {
    /// The folder of this program and of the warden.
    package static let programs: String = {
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: path ?? ".").deletingLastPathComponent().path
    }()

    /// The folder with `limits.json` and `runtimes`: the checkout that the program was built in, or
    /// `share/quicksand` beside its `bin`.
    package static let home: String = {
        var folder = URL(fileURLWithPath: programs)
        var candidates = [folder.appendingPathComponent("../share/quicksand").standardized.path]
        for _ in 0..<4 {
            candidates.append(folder.path)
            folder.deleteLastPathComponent()
        }
        let found = candidates.first { FileManager.default.fileExists(atPath: $0 + "/limits.json") }
        return found ?? FileManager.default.currentDirectoryPath
    }()
}
