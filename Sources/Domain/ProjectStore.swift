public import Foundation

/// Projects and their files.
///
/// Each method about one project throws ``ProjectGone`` where the organization has none of that
/// identifier.
public protocol ProjectStore: Sendable {
    /// Keeps a new project, unless its organization has `limit` of them already.
    /// - Returns: whether it was kept.
    func insert(_ project: Project, limit: Int) async throws -> Bool
    func project(id: String, organization: String) async throws -> Project
    /// Newest first.
    func projects(organization: String, page: Page) async throws -> Listing<Project>
    /// Changes a project as it is at that moment, so that no other change is lost.
    /// - Returns: what became of it.
    /// - Throws: also what `change` throws, and then nothing was written.
    func updateProject(
        id: String,
        organization: String,
        _ change: @escaping @Sendable (inout Project) throws -> Void
    ) async throws -> Project
    /// Deletes a project with everything that is kept of it: files, executions and what is owed for
    /// them, tasks.
    /// - Returns: what it was.
    func deleteProject(id: String, organization: String) async throws -> Project

    // Files
    /// Writes a file, over the one that has its path.
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
    /// - Returns: what it was; `nil` where the project has no such file.
    func deleteProjectFile(
        path: String,
        project: String,
        organization: String
    ) async throws -> ProjectFile?
    /// By the bytes of their paths.
    func projectFiles(
        project: String,
        organization: String,
        page: Page
    ) async throws -> Listing<ProjectFile>

    // Executions
    func projectSources(id: String, organization: String) async throws -> ProjectSources
    /// Newest first.
    func executions(
        project: String,
        organization: String,
        page: Page
    ) async throws -> Listing<ExecutionSummary>
}

/// A file that was written.
public struct WrittenFile: Sendable, Hashable {
    public let file: ProjectFile
    /// Whether there was none of its path before.
    public let isNew: Bool

    public init(file: ProjectFile, isNew: Bool) {
        self.file = file
        self.isNew = isNew
    }
}
