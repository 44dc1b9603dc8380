public import Foundation

/// A set of stored files, with the settings for running them.
public struct Project: Sendable, Hashable {
    /// `prj_` and 26 characters that sort by time of creation.
    public let id: String
    public let organization: String
    public var name: String
    public var description: String
    /// The name of the runtime for executions that name none.
    public var language: String?
    /// The version of the runtime, or a prefix of it.
    public var version: String?
    /// The path of the main file.
    public var entry: String?
    /// The environment of the project's programs.
    ///
    /// The values are never returned to callers.
    public var environment: [String: String]
    /// Limits that replace the plan's defaults for the project's executions.
    public var limits: [Limit: Int64]
    public let createdAt: Date
    public var updatedAt: Date

    public init(
        id: String,
        organization: String,
        name: String,
        description: String = "",
        language: String? = nil,
        version: String? = nil,
        entry: String? = nil,
        environment: [String: String] = [:],
        limits: [Limit: Int64] = [:],
        createdAt: Date,
        updatedAt: Date
    ) {
        self.id = id
        self.organization = organization
        self.name = name
        self.description = description
        self.language = language
        self.version = version
        self.entry = entry
        self.environment = environment
        self.limits = limits
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A file of a project, without its content.
public struct ProjectFile: Sendable, Hashable {
    /// The relative, validated path.
    public let path: String
    public let bytes: Int
    public let updatedAt: Date

    public init(path: String, bytes: Int, updatedAt: Date) {
        self.path = path
        self.bytes = bytes
        self.updatedAt = updatedAt
    }
}

/// A project and all of its files at one moment, from which an execution is made.
public struct ProjectSources: Sendable, Hashable {
    public let project: Project
    /// The files in the order of their paths.
    public let files: [SourceFile]

    public init(project: Project, files: [SourceFile]) {
        self.project = project
        self.files = files
    }
}

/// The bounds of one project's files: the most that one execution can take.
public struct ProjectBounds: Sendable, Hashable {
    public let filesMax: Int64
    /// The most bytes of all file contents together.
    public let bytesMax: Int64

    public init(filesMax: Int64, bytesMax: Int64) {
        self.filesMax = filesMax
        self.bytesMax = bytesMax
    }

    public init(_ plan: Plan) {
        self.init(filesMax: plan.ceilings[.files], bytesMax: plan.ceilings[.sourceBytes])
    }

    /// Checks whether a file of `bytes` bytes may be written at `path`.
    ///
    /// - Parameter present: every file of the project, including an existing one at `path`.
    /// - Returns: whether the file is new.
    public func check(
        path: String,
        bytes: Int,
        among present: [ProjectFile]
    ) throws(ProjectFileRefusal) -> Bool {
        let others = present.filter { !$0.path.utf8.elementsEqual(path.utf8) }
        // The kernel sees two different names here, most readers only one.
        guard !others.contains(where: { $0.path == path }) else {
            throw .path("already exists in another Unicode spelling")
        }
        var tree = PathTree()
        for other in others { _ = tree.add(other.path) }
        if let flaw = tree.add(path) { throw .path(flaw) }
        guard Int64(others.count) < filesMax else { throw .files(max: filesMax) }
        let total = others.reduce(Int64(bytes)) { $0 + Int64($1.bytes) }
        guard total <= bytesMax else { throw .bytes(total, max: bytesMax) }
        let names = others.reduce(path.utf8.count) { $0 + $1.path.utf8.count }
        let namesMax = RelativePath.totalBytesMax
        guard names <= namesMax else { throw .names(names, max: namesMax) }
        return others.count == present.count
    }
}

/// The reason why a file cannot be added to a project.
public enum ProjectFileRefusal: Error, Sendable, Hashable {
    /// The path is used as a folder, or exists in another spelling; the text ends a sentence.
    case path(String)
    case files(max: Int64)
    /// The contents of all files together are too large.
    case bytes(Int64, max: Int64)
    /// The paths of all files together are too long.
    case names(Int, max: Int)
}
