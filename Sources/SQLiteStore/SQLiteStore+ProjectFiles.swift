public import Domain
public import Foundation
import GRDB

extension Query {
    /// Lists the files; paths are compared and ordered by their bytes.
    static let projectFiles =
        "SELECT path, bytes, updated_at FROM project_file WHERE project = ? ORDER BY path"
    static let projectFileCount = "SELECT COUNT(*) FROM project_file WHERE project = ?"
    static let projectFilePage = projectFiles + " LIMIT ? OFFSET ?"
    static let projectFile = "SELECT path, content FROM project_file WHERE project = ? AND path = ?"
    static let projectBytes = "SELECT sum(bytes) FROM project_file WHERE project = ?"
    static let projectSources =
        "SELECT path, content FROM project_file WHERE project = ? ORDER BY path"
    static let writeProjectFile = """
        INSERT INTO project_file (project, path, bytes, updated_at, content)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (project, path) DO UPDATE SET bytes = excluded.bytes,
            updated_at = excluded.updated_at, content = excluded.content
        """
    static let deleteProjectFile = """
        DELETE FROM project_file WHERE project = ? AND path = ? RETURNING path, bytes, updated_at
        """

    static let projectFileReads = [
        projectFileCount, projectFilePage, projectFile, projectBytes, projectSources,
    ]
    static let projectFileWrites = [projectFiles, writeProjectFile, deleteProjectFile]
}

extension SQLiteStore {
    public func write(
        _ file: SourceFile,
        project: String,
        organization: String,
        at date: Date,
        within bounds: ProjectBounds
    ) async throws -> WrittenFile {
        try await write(surviving: .power) { db in
            _ = try Self.project(db, id: project, organization: organization)
            let statement = try db.cachedStatement(sql: Query.projectFiles)
            let isNew = try bounds.check(
                path: file.path,
                bytes: file.content.count,
                among: try Row.fetchAll(statement, arguments: [project])
                    .map(ProjectFile.init(row:))
            )
            try db.cachedStatement(sql: Query.writeProjectFile).execute(arguments: [
                project, file.path, file.content.count, date.microseconds, file.content,
            ])
            let written = ProjectFile(
                path: file.path,
                bytes: file.content.count,
                updatedAt: Date(microseconds: date.microseconds)
            )
            return WrittenFile(file: written, isNew: isNew)
        }
    }

    public func projectFile(
        path: String,
        project: String,
        organization: String
    ) async throws -> SourceFile? {
        try await read { db in
            _ = try Self.project(db, id: project, organization: organization)
            let statement = try db.cachedStatement(sql: Query.projectFile)
            return try Row.fetchOne(statement, arguments: [project, path])
                .map(SourceFile.init(row:))
        }
    }

    public func deleteProjectFile(
        path: String,
        project: String,
        organization: String
    ) async throws -> ProjectFile? {
        try await write(surviving: .power) { db in
            _ = try Self.project(db, id: project, organization: organization)
            let statement = try db.cachedStatement(sql: Query.deleteProjectFile)
            return try Row.fetchOne(statement, arguments: [project, path])
                .map(ProjectFile.init(row:))
        }
    }

    public func projectFiles(
        project: String,
        organization: String,
        page: Page
    ) async throws -> Listing<ProjectFile> {
        try await read { db in
            _ = try Self.project(db, id: project, organization: organization)
            return try db.listing(
                count: Query.projectFileCount,
                page: Query.projectFilePage,
                arguments: [project],
                page,
                ProjectFile.init(row:)
            )
        }
    }

    public func projectBytes(id: String, organization: String) async throws -> Int {
        try await read { db in
            _ = try Self.project(db, id: id, organization: organization)
            let statement = try db.cachedStatement(sql: Query.projectBytes)
            return try Int.fetchOne(statement, arguments: [id]) ?? 0
        }
    }

    public func projectSources(
        id: String,
        organization: String
    ) async throws -> ProjectSources {
        let (record, files) = try await read { db in
            let record = try Self.project(db, id: id, organization: organization)
            let statement = try db.cachedStatement(sql: Query.projectSources)
            let rows = try Row.fetchAll(statement, arguments: [id])
            return (record, rows.map(SourceFile.init(row:)))
        }
        return ProjectSources(project: try record.project(), files: files)
    }
}

extension ProjectFile {
    fileprivate init(row: Row) {
        self.init(path: row["path"], bytes: row["bytes"], updatedAt: row.date("updated_at"))
    }
}

extension SourceFile {
    fileprivate init(row: Row) {
        self.init(path: row["path"], content: row["content"])
    }
}
