public import Foundation

/// A store of projects and their files.
///
/// Each method about one project throws ``ProjectGone`` where the organization has no project of
/// this identifier.
public protocol ProjectStore: Sendable {
    /// Stores a new project, unless its organization has `limit` projects already.
    /// - Returns: whether the project was stored.
    func insert(_ project: Project, limit: Int) async throws -> Bool
    func project(id: String, organization: String) async throws -> Project
    /// Returns the organization's projects, newest first.
    func projects(organization: String, page: Page) async throws -> Listing<Project>
    /// Changes a project in one transaction, so that concurrent changes are not lost.
    /// - Returns: the changed project.
    /// - Throws: also an error of `change`; nothing is written then.
    func updateProject(
        id: String,
        organization: String,
        _ change: @escaping @Sendable (inout Project) throws -> Void
    ) async throws -> Project
    /// Deletes a project with its files, executions, tasks and their pending deliveries.
    /// - Returns: the deleted project.
    func deleteProject(id: String, organization: String) async throws -> Project

    // Files
    /// Writes a file, replacing the file at its path.
    /// - Throws: also ``ProjectFileRefusal``.
    func write(
        _ file: SourceFile,
        project: String,
        organization: String,
        at date: Date,
        within bounds: ProjectBounds
    ) async throws -> WrittenFile
    /// - Returns: `nil` where the project has no such file.
    func projectFile(
        path: String,
        project: String,
        organization: String
    ) async throws -> SourceFile?
    /// - Returns: the deleted file; `nil` where the project has no such file.
    func deleteProjectFile(
        path: String,
        project: String,
        organization: String
    ) async throws -> ProjectFile?
    /// Returns the files, sorted by the bytes of their paths.
    func projectFiles(
        project: String,
        organization: String,
        page: Page
    ) async throws -> Listing<ProjectFile>

    // Executions
    /// Returns the size of all files together, without reading them.
    func projectBytes(id: String, organization: String) async throws -> Int
    func projectSources(id: String, organization: String) async throws -> ProjectSources
    /// Returns the project's executions, newest first.
    func executions(
        project: String,
        organization: String,
        page: Page
    ) async throws -> Listing<ExecutionSummary>
}

/// A file that was written.
public struct WrittenFile: Sendable, Hashable {
    public let file: ProjectFile
    /// Whether no file existed at its path before.
    public let isNew: Bool

    public init(file: ProjectFile, isNew: Bool) {
        self.file = file
        self.isNew = isNew
    }
}
