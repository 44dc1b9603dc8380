import Foundation
import Glibc
import WardenProtocol

/// Precompiled headers, as `Scripts/install-runtimes` makes them: a folder of the tools, with the
/// runtime's name.
///
/// The compiler checks its own version and flags, and reads the plain header if they do not match.
/// It does not notice a changed header underneath, so jails see the folder only while all inputs
/// are unchanged. If the folder is missing when a warden is replaced, jails lack it, and compilers
/// read the plain headers.
struct PrecompiledHeaders {
    /// The mount of the folder in jails, which is optional.
    let mount: MountImage

    /// The compiler option to search these headers first.
    var word: String { "-I" + mount.target }

    /// The path of the record of inputs, a file in the folder.
    ///
    /// It has a line for the command, a line for the headers, then one for each file and folder
    /// that was read: its size (0 for a folder), its modification time, its path.
    var record: String { mount.source + Self.recordBelow }

    private static let recordBelow = "/made-of"

    enum Finding {
        case ready(PrecompiledHeaders)
        /// - Parameter why: the reason, for the operator.
        case absent(why: String)
    }

    /// - Parameters:
    ///   - folder: the expected path of the folder.
    ///   - headers: the required headers.
    ///   - command: the command that must have made them.
    static func find(
        _ folder: String,
        for name: String,
        _ headers: [String],
        command: [String]
    ) -> Finding {
        guard let folder = HostPath.resolved(folder),
            let text = try? String(contentsOfFile: folder + recordBelow, encoding: .utf8)
        else { return .absent(why: "are not made") }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard
            lines.prefix(2).map(String.init)
                == [command, headers].map({ $0.joined(separator: " ") })
        else { return .absent(why: "were made with another command or are others") }
        for header in headers where !HostPath.exists("\(folder)/\(header).gch") {
            return .absent(why: "lack " + header)
        }
        for line in lines.dropFirst(2) where !line.isEmpty {
            let fields = line.split(separator: " ", maxSplits: 2)
            guard fields.count == 3, look(at: String(fields[2])) == fields[0] + " " + fields[1]
            else {
                let changed = fields.last.map(String.init) ?? ""
                return .absent(why: "were made of another " + changed)
            }
        }
        return .ready(
            PrecompiledHeaders(mount: MountImage(source: folder, target: "/opt/\(name)-headers"))
        )
    }

    /// Returns size and time as in the record; the time is in seconds, because some file systems
    /// store no fraction.
    private static func look(at path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "" }
        let size = status.st_mode & S_IFMT == S_IFDIR ? 0 : status.st_size
        return "\(size) \(status.st_mtim.tv_sec)"
    }
}
