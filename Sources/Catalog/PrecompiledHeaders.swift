import Foundation
import Glibc
import WardenProtocol

/// Headers that a compiler has read ahead of every request, as `Scripts/install-runtimes` makes
/// them: a folder of the tools, named for the runtime's.
///
/// The compiler checks its own version and flags, and reads the plain header if they do not match.
/// It does not notice a changed header underneath, so jails see the folder only while all inputs
/// are unchanged. Where they are gone when a warden is replaced, jails do without, and compilers
/// read the plain headers.
struct PrecompiledHeaders {
    /// As jails see the folder; optional.
    let mount: MountImage

    /// The compiler option that has these headers found first.
    var word: String { "-I" + mount.target }

    /// What they were made of, a file of the folder: a line for the command, a line for the
    /// headers, then one for each file and folder that was read: its size (a folder's is 0), when
    /// it was changed, its path.
    var record: String { mount.source + Self.recordBelow }

    private static let recordBelow = "/made-of"

    enum Finding {
        case ready(PrecompiledHeaders)
        /// - Parameter why: in words, for the operator.
        case absent(why: String)
    }

    /// - Parameters:
    ///   - folder: where they would be.
    ///   - headers: those that are wanted.
    ///   - command: what they have to be made with.
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

    /// As the record has it; in seconds, because not every file system knows more.
    private static func look(at path: String) -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return "" }
        let size = status.st_mode & S_IFMT == S_IFDIR ? 0 : status.st_size
        return "\(size) \(status.st_mtim.tv_sec)"
    }
}
