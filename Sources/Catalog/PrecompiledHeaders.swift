import Foundation
import Glibc
import WardenWire

/// Headers that a compiler has read ahead of every request, as `Scripts/install-runtimes` makes
/// them: a folder of the tools, named for the runtime's.
///
/// A compiler knows which of its own they are, and which flags they were made with, and reads the
/// plain header where they do not fit. That a header under them has changed it does not see, so
/// they are only shown to jails while everything that they were made of is as it was.
struct PrecompiledHeaders {
    /// As jails see the folder.
    let mount: MountImage

    /// What has the compiler look there first.
    var word: String { "-I" + mount.target }

    enum Finding {
        case ready(PrecompiledHeaders)
        /// - Parameter why: in words, for the operator.
        case absent(why: String)
    }

    /// One line for the flags, then one for each file: its size, when it was changed, its path.
    private static let record = "made-of"

    /// - Parameters:
    ///   - folder: where they would be.
    ///   - flags: those of the compile command, which theirs have to be.
    static func find(_ folder: String, for name: String, flags: [String]) -> Finding {
        guard let folder = HostPath.resolved(folder),
            let text = try? String(contentsOfFile: folder + "/" + record, encoding: .utf8)
        else { return .absent(why: "are not made") }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first.map(String.init) == flags.joined(separator: " ") else {
            return .absent(why: "were made with other flags")
        }
        for line in lines.dropFirst() where !line.isEmpty {
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
        return "\(status.st_size) \(status.st_mtim.tv_sec)"
    }
}
