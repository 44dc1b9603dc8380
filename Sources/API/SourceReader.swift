import Domain
import Foundation

/// Reads `code`, or `files` with `entry`.
struct SourceReader {
    /// Of all file names of one request together.
    static let pathsBytesMax = 32_768

    let runtime: Runtime
    let limits: Limits

    func sources(_ fields: Fields) throws(APIError) -> (files: [SourceFile], entry: String) {
        guard fields.has("files") else {
            guard !fields.has("entry") else {
                throw .field("entry", "names one of `files`, and there are none")
            }
            // A text is bounded by the body, and by `source_bytes` after everything else is known.
            let code = try fields.required("code", bytesMax: .max)
            let file = SourceFile(path: runtime.entry, content: Data(code.utf8))
            try checkRoom([file])
            return ([file], runtime.entry)
        }
        guard !fields.has("code") else {
            throw .field("code", "cannot stand beside `files`: give one of the two")
        }
        let files = try files(fields)
        return (files, try entry(fields, among: files.map(\.path)))
    }

    private func files(_ fields: Fields) throws(APIError) -> [SourceFile] {
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
        try checkRoom(files)
        return files
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

    private func entry(_ fields: Fields, among paths: [String]) throws(APIError) -> String {
        if let entry = try fields.string("entry", bytesMax: RelativePath.bytesMax) {
            guard paths.contains(entry) else {
                throw .field("entry", "is not the path of one of `files`", value: .string(entry))
            }
            return entry
        }
        if paths.contains(runtime.entry) { return runtime.entry }
        guard let only = paths.first, paths.count == 1 else {
            throw .field("entry", "is required, since none of `files` is \(runtime.entry)")
        }
        return only
    }

    /// The files must fit the work folder, which is a tmpfs: it counts whole pages, folders, and
    /// its own root.
    private func checkRoom(_ files: [SourceFile]) throws(APIError) {
        try Self.checkNames(files.map(\.path), at: "files", bytesMax: Self.pathsBytesMax)
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

/// The rules for a path in the work folder.
///
/// The jail refuses what escapes it whatever the path says; these rules make that refusal a clear
/// answer, and keep a path's meaning the same for everyone who reads it.
enum RelativePath {
    static let bytesMax = 1_024
    static let componentBytesMax = 255

    static let componentsMax = 32

    /// What is wrong with `path`, as a sentence's end, or `nil`.
    ///
    /// Bytes are judged, not characters: a slash with a combining accent after it is no slash to
    /// Swift's `Character`, and very much one to the kernel.
    static func flaw(in path: String) -> String? {
        guard !path.isEmpty else { return "must not be empty" }
        guard path.utf8.count <= bytesMax else { return "must be at most \(bytesMax) bytes long" }
        guard path.utf8.first != slash else { return "must be relative" }
        guard !path.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return "must not hold control characters" }
        let components = path.utf8.split(separator: slash, omittingEmptySubsequences: false)
        guard components.count <= componentsMax else {
            return "must have at most \(componentsMax) components"
        }
        for component in components {
            guard !component.isEmpty else { return "must not have an empty component" }
            guard !component.elementsEqual(".".utf8), !component.elementsEqual("..".utf8) else {
                return "must not have the component `\(Substring(component))`"
            }
            guard component.count <= componentBytesMax else {
                return "must have components of at most \(componentBytesMax) bytes"
            }
        }
        return nil
    }

    /// `a` and `a/b` for `a/b/c`.
    static func folders(above path: String) -> [String] {
        path.utf8.indices.filter { path.utf8[$0] == slash }.compactMap { String(path.utf8[..<$0]) }
    }

    private static let slash = UInt8(ascii: "/")
}

/// The paths of one request, so that none is two things at once.
private struct PathTree {
    private var files: Set<String> = []
    private var folders: Set<String> = []

    /// - Returns: what is wrong with adding `path`, or `nil`.
    mutating func add(_ path: String) -> String? {
        guard !files.contains(path) else { return "is given twice" }
        guard !folders.contains(path) else { return "is a folder of another file" }
        let above = RelativePath.folders(above: path)
        if let file = above.first(where: files.contains) { return "lies below the file \(file)" }
        files.insert(path)
        folders.formUnion(above)
        return nil
    }
}
