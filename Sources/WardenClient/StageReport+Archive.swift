import Domain
import Foundation
import WardenProtocol

extension StageReport {
    /// - Parameters:
    ///   - archive: the archive from init. Init has handled a stranger's names, so nothing about
    ///     them is trusted.
    ///   - isCut: whether init sent more than was kept, so that the last entry is incomplete.
    init(_ result: StageResult, archive: Data, isCut: Bool) {
        self.init(result: result, files: [])
        guard !isCut, let entries = try? Archive.entries(in: Array(archive)) else { return }
        for entry in entries {
            switch entry {
            case .file(let path, let content):
                files.append(OutputFile(path: path, content: .bytes(Data(content))))
            case .program(let path, let content):
                files.append(OutputFile(path: path, content: .bytes(Data(content))))
                executables.insert(path)
            case .digest(let path, let digest):
                others.append(FileDigest(path: path, digest: digest))
            case .refused(let path, let reason):
                files.append(OutputFile(path: path, content: .refused(reason)))
            }
        }
    }
}
