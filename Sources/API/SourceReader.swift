import Domain
import Foundation

/// Reads `code`, or `files` with `entry`, and lays them over a project's files where there is one.
struct SourceReader {
    let runtime: Runtime
    let limits: Limits
    var base: ProjectSources?

    func sources(_ fields: Fields) throws(APIError) -> (files: [SourceFile], entry: String) {
        let sources: (files: [SourceFile], entry: String)
        if fields.has("files") {
            sources = try files(fields)
        } else if fields.has("code") || present.isEmpty {
            sources = try code(fields)
        } else {
            sources = (present, try entry(fields, among: present))
        }
        try checkRoom(sources.files)
        return sources
    }

    /// The project's.
    private var present: [SourceFile] { base?.files ?? [] }

    /// `code` is what the entry holds, whether there was such a file or not.
    private func code(
        _ fields: Fields
    ) throws(APIError) -> (files: [SourceFile], entry: String) {
        guard base != nil || !fields.has("entry") else {
            throw .field("entry", "names one of `files`, and there are none")
        }
        // A text is bounded by the body, and by `source_bytes` after everything else is known.
        let code = Data(try fields.required("code", bytesMax: .max).utf8)
        let named = try Self.path("entry", of: fields) ?? base?.project.entry
        let entry = named ?? found(among: present) ?? runtime.entry
        guard let known = present.first(where: { $0.path == entry }) else {
            return (try laid([SourceFile(path: entry, content: code)]), entry)
        }
        return (try laid([SourceFile(path: known.path, content: code)]), known.path)
    }

    private func files(
        _ fields: Fields
    ) throws(APIError) -> (files: [SourceFile], entry: String) {
        guard !fields.has("code") else {
            throw .field("code", "cannot stand beside `files`: give one of the two")
        }
        let countMax = Int(limits[.files])
        let elements = try fields.array("files", countMax: countMax) ?? []
        guard !elements.isEmpty else {
            throw .field("files", "must have at least one element", limit: .integer(1))
        }
        var files: [SourceFile] = []
        var tree = PathTree()
        for element in elements {
            let file = try Fields(
                element.value,
                at: element.path,
                known: ["path", "content", "encoding"]
            )
            let path = try path(file, in: &tree)
            files.append(SourceFile(path: path, content: try content(file)))
        }
        let laid = try laid(files)
        return (laid, try entry(fields, among: laid))
    }

    /// The files of the request over those of the project: the same path replaces.
    private func laid(_ given: [SourceFile]) throws(APIError) -> [SourceFile] {
        guard !present.isEmpty else { return given }
        let replaced = Set(given.map(\.path))
        let kept = present.filter { !replaced.contains($0.path) }
        var tree = PathTree()
        for file in kept + given {
            guard let flaw = tree.add(file.path) else { continue }
            throw .field("files", "do not go with the project's: \(file.path) \(flaw)")
        }
        return kept + given
    }

    private func path(_ file: Fields, in tree: inout PathTree) throws(APIError) -> String {
        let path = try file.required("path", bytesMax: RelativePath.bytesMax)
        if let flaw = RelativePath.flaw(in: path) ?? tree.add(path) {
            throw .field(file.path("path"), flaw, value: .string(path))
        }
        return path
    }

    private func content(_ file: Fields) throws(APIError) -> Data {
        let text = try file.required("content", bytesMax: .max)
        switch try file.string("encoding", bytesMax: ExecutionReader.nameBytesMax) ?? "utf-8" {
        case "utf-8":
            return Data(text.utf8)
        case "base64":
            guard let data = Data(base64Encoded: text) else {
                throw .field(file.path("content"), "is not base64 (RFC 4648, section 4)")
            }
            return data
        case let other:
            throw .field(
                file.path("encoding"),
                "must be `utf-8` or `base64`",
                value: .string(other)
            )
        }
    }

    private func entry(
        _ fields: Fields,
        among files: [SourceFile]
    ) throws(APIError) -> String {
        if let entry = try fields.string("entry", bytesMax: RelativePath.bytesMax) {
            // The file's own spelling: to Swift é is é however composed, to the kernel it is not.
            guard let file = files.first(where: { $0.path == entry }) else {
                throw .field("entry", "is not the path of one of `files`", value: .string(entry))
            }
            return file.path
        }
        if let entry = base?.project.entry {
            guard let file = files.first(where: { $0.path == entry }) else {
                throw .field("entry", "is required, since the project's \(entry) is no file of it")
            }
            return file.path
        }
        guard let path = found(among: files) else {
            throw .field("entry", "is required, since none of `files` is \(runtime.entry)")
        }
        return path
    }

    /// Where nobody names the entry: the file that has the runtime's name for it, or the only one.
    private func found(among files: [SourceFile]) -> String? {
        let named = files.first { $0.path == runtime.entry }
        return (named ?? (files.count == 1 ? files.first : nil))?.path
    }

    /// A path that stands alone.
    static func path(_ name: String, of fields: Fields) throws(APIError) -> String? {
        guard let path = try fields.string(name, bytesMax: RelativePath.bytesMax) else {
            return nil
        }
        if let flaw = RelativePath.flaw(in: path) {
            throw .field(name, flaw, value: .string(path))
        }
        return path
    }

    /// The files must fit the work folder, which is a tmpfs: it counts whole pages, folders, and
    /// its own root.
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

    /// A compiler is given every name, and all of them have to fit the warden's frame.
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
