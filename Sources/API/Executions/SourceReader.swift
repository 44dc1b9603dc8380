import Domain
import Foundation
import JSON

/// Reads `code`, or `files` with `entry`, and merges them into the files of the project if there is
/// one.
struct SourceReader {
    let runtime: Runtime
    let limits: Limits
    var base: ProjectSources?

    func sources(_ body: ExecutionBody) throws(APIError) -> (files: [SourceFile], entry: String) {
        let sources: (files: [SourceFile], entry: String)
        if let given = body.files {
            sources = try files(given, body)
        } else if body.code != nil || present.isEmpty {
            sources = try code(body)
        } else {
            sources = (present, try entry(body.entry, among: present))
        }
        try checkRoom(sources.files)
        return sources
    }

    /// The files of the project.
    private var present: [SourceFile] { base?.files ?? [] }

    /// Puts `code` into the entry file, and creates that file if the project does not have it.
    private func code(
        _ body: ExecutionBody
    ) throws(APIError) -> (files: [SourceFile], entry: String) {
        guard base != nil || body.entry == nil else {
            throw .field("entry", "needs `files`")
        }
        // The limit on the body bounds the text here; `source_bytes` is checked once all sources
        // are known.
        guard let text = body.code else { throw .field("code", "is required") }
        let code = Data(text.utf8)
        if let entry = body.entry { try RelativePath.check(entry, at: "entry") }
        let named = body.entry ?? base?.project.entry
        let entry = named ?? found(among: present) ?? runtime.entry
        guard let known = present.first(where: { $0.path == entry }) else {
            return (try laid([SourceFile(path: entry, content: code)]), entry)
        }
        return (try laid([SourceFile(path: known.path, content: code)]), known.path)
    }

    private func files(
        _ given: [SourceFileBody],
        _ body: ExecutionBody
    ) throws(APIError) -> (files: [SourceFile], entry: String) {
        guard body.code == nil else {
            throw .field("code", "cannot be combined with `files`")
        }
        guard !given.isEmpty else {
            throw .field("files", "must have at least one element", limit: .integer(1))
        }
        try JSONValue.check(given.count, "elements", at: "files", countMax: Int(limits[.files]))
        var files: [SourceFile] = []
        var tree = PathTree()
        for (index, file) in given.enumerated() {
            if let flaw = tree.add(file.path) {
                throw .field("files[\(index)].path", flaw, value: .string(file.path))
            }
            guard let content = file.data else {
                throw .field("files[\(index)].content", "is not base64 (RFC 4648, section 4)")
            }
            files.append(SourceFile(path: file.path, content: content))
        }
        let laid = try laid(files)
        return (laid, try entry(body.entry, among: laid))
    }

    /// Merges the files of the request into those of the project; a file with the same path
    /// replaces the project's.
    private func laid(_ given: [SourceFile]) throws(APIError) -> [SourceFile] {
        guard !present.isEmpty else { return given }
        let replaced = Set(given.map(\.path))
        let kept = present.filter { !replaced.contains($0.path) }
        var tree = PathTree()
        for file in kept + given {
            guard let flaw = tree.add(file.path) else { continue }
            throw .field("files", "conflict with the project's: \(file.path) \(flaw)")
        }
        return kept + given
    }

    private func entry(
        _ given: String?,
        among files: [SourceFile]
    ) throws(APIError) -> String {
        if let entry = given {
            // The result is the file's own spelling: Swift takes composed and decomposed é as
            // equal, but the kernel does not.
            guard let file = files.first(where: { $0.path == entry }) else {
                throw .field("entry", "is not the path of one of `files`", value: .string(entry))
            }
            return file.path
        }
        if let entry = base?.project.entry {
            guard let file = files.first(where: { $0.path == entry }) else {
                throw .field("entry", "is required, since the project has no file \(entry)")
            }
            return file.path
        }
        guard let path = found(among: files) else {
            throw .field("entry", "is required, since none of `files` is \(runtime.entry)")
        }
        return path
    }

    /// Returns the default entry: the file with the runtime's usual name, or else the only file.
    private func found(among files: [SourceFile]) -> String? {
        let named = files.first { $0.path == runtime.entry }
        return (named ?? (files.count == 1 ? files.first : nil))?.path
    }

    /// Checks that the files fit into the work folder, which is a tmpfs: it counts whole pages,
    /// folders, and its own root.
    private func checkRoom(_ files: [SourceFile]) throws(APIError) {
        try Self.checkNames(
            files.map(\.path),
            at: "files",
            bytesMax: RelativePath.totalBytesMax
        )
        try check(Int64(files.count), fits: .files)
        let pageBytes: Int64 = 4_096
        let pages = files.reduce(0) { $0 + (Int64($1.content.count) + pageBytes - 1) / pageBytes }
        try check(pages * pageBytes, fits: .workspaceBytes)
        let folders = Set(files.flatMap { RelativePath.folders(above: $0.path) })
        try check(Int64(files.count + folders.count + 1), fits: .workspaceFiles)
    }

    /// Checks the total size of the names: a compiler gets all of them as arguments, so they must
    /// fit into the warden's frame.
    static func checkNames(
        _ names: [String],
        at field: String,
        bytesMax: Int
    ) throws(APIError) {
        let bytes = names.reduce(0) { $0 + $1.utf8.count }
        guard bytes <= bytesMax else {
            throw .field(
                field,
                "must have names of at most \(bytesMax) bytes together",
                value: .integer(Int64(bytes)),
                limit: .integer(Int64(bytesMax))
            )
        }
    }

    private func check(_ need: Int64, fits limit: Limit) throws(APIError) {
        guard need <= limits[limit] else {
            throw .field(
                "limits." + limit.rawValue,
                "is \(limits[limit]), but the sources alone need \(need)",
                value: .integer(need),
                limit: .integer(limits[limit])
            )
        }
    }
}
