public import Domain
import Foundation
import GRDB

extension Query {
    /// Counts and inserts in one statement, so that two projects cannot take the last place.
    static let insertProject = """
        INSERT INTO project (id, organization, name, description, language, version, entry,
            environment, limits, created_at, updated_at)
        SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11
        WHERE (SELECT COUNT(*) FROM project WHERE organization = ?2) < ?12
        RETURNING id
        """
    static let project = "SELECT * FROM project WHERE id = ? AND organization = ?"
    static let projectCount = "SELECT COUNT(*) FROM project WHERE organization = ?"
    static let projectPage = """
        SELECT * FROM project WHERE organization = ?
        ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?
        """
    static let updateProject = """
        UPDATE project SET name = ?, description = ?, language = ?, version = ?, entry = ?,
            environment = ?, limits = ?, updated_at = ? WHERE id = ?
        """
    /// Deletes the project; foreign keys delete everything that belongs to it.
    static let deleteProject = "DELETE FROM project WHERE id = ?"
    static let projectExecutionCount = "SELECT COUNT(*) FROM execution WHERE project = ?"
    static let projectExecutionPage = """
        SELECT * FROM execution WHERE project = ?
        ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?
        """

    static let projectReads =
        [
            project, projectCount, projectPage, projectExecutionCount, projectExecutionPage,
        ] + projectFileReads
    static let projectWrites =
        [insertProject, project, updateProject, deleteProject] + projectFileWrites
}

extension SQLiteStore {
    public func insert(_ project: Project, limit: Int) async throws -> Bool {
        let record = try ProjectRecord(project)
        return try await write(surviving: .power) { db in
            let statement = try db.cachedStatement(sql: Query.insertProject)
            let arguments = record.identity + record.content + record.dates + [limit]
            return try Row.fetchOne(statement, arguments: arguments) != nil
        }
    }

    public func project(id: String, organization: String) async throws -> Project {
        let record = try await read { db in
            try Self.project(db, id: id, organization: organization)
        }
        return try record.project()
    }

    public func projects(organization: String, page: Page) async throws -> Listing<Project> {
        let records = try await read { db in
            try db.listing(
                count: Query.projectCount,
                page: Query.projectPage,
                arguments: [organization],
                page,
                ProjectRecord.init(row:)
            )
        }
        return Listing(
            elements: try records.elements.map { try $0.project() },
            total: records.total
        )
    }

    public func updateProject(
        id: String,
        organization: String,
        _ change: @escaping @Sendable (inout Project) throws -> Void
    ) async throws -> Project {
        try await write(surviving: .power) { db in
            let before = try Self.project(db, id: id, organization: organization).project()
            var project = before
            try change(&project)
            guard project != before else { return project }
            let record = try ProjectRecord(project)
            try db.cachedStatement(sql: Query.updateProject)
                .execute(arguments: record.content + [record.updatedAt, id])
            return project
        }
    }

    public func deleteProject(id: String, organization: String) async throws -> Project {
        let record = try await write(surviving: .power) { db in
            let record = try Self.project(db, id: id, organization: organization)
            try db.cachedStatement(sql: Query.deleteProject).execute(arguments: [id])
            return record
        }
        return try record.project()
    }

    public func executions(
        project: String,
        organization: String,
        page: Page
    ) async throws -> Listing<ExecutionSummary> {
        let records = try await read { db in
            _ = try Self.project(db, id: project, organization: organization)
            return try db.listing(
                count: Query.projectExecutionCount,
                page: Query.projectExecutionPage,
                arguments: [project],
                page,
                ExecutionRow.init(row:)
            )
        }
        return Listing(
            elements: try records.elements.map { try $0.summarized() },
            total: records.total
        )
    }

    /// - Throws: ``ProjectGone``
    static func project(
        _ db: Database,
        id: String,
        organization: String
    ) throws -> ProjectRecord {
        let statement = try db.cachedStatement(sql: Query.project)
        guard let row = try Row.fetchOne(statement, arguments: [id, organization]) else {
            throw ProjectGone()
        }
        return ProjectRecord(row: row)
    }
}

/// The row of a project.
struct ProjectRecord: Sendable {
    let id: String
    let organization: String
    let name: String
    let description: String
    let language: String?
    let version: String?
    let entry: String?
    let environment: Data
    let limits: Data
    let createdAt: Int64
    let updatedAt: Int64

    init(_ project: Project) throws {
        id = project.id
        organization = project.organization
        name = project.name
        description = project.description
        language = project.language
        version = project.version
        entry = project.entry
        environment = try project.environment.json()
        limits = try Dictionary(
            uniqueKeysWithValues: project.limits.map { ($0.key.rawValue, $0.value) }
        ).json()
        createdAt = project.createdAt.microseconds
        updatedAt = project.updatedAt.microseconds
    }

    init(row: Row) {
        id = row["id"]
        organization = row["organization"]
        name = row["name"]
        description = row["description"]
        language = row["language"]
        version = row["version"]
        entry = row["entry"]
        environment = row["environment"]
        limits = row["limits"]
        createdAt = row["created_at"]
        updatedAt = row["updated_at"]
    }

    fileprivate var identity: StatementArguments { [id, organization] }
    fileprivate var content: StatementArguments {
        [name, description, language, version, entry, environment, limits]
    }
    fileprivate var dates: StatementArguments { [createdAt, updatedAt] }

    /// Returns the stored limits, without names that this release does not know.
    private func limitValues() throws -> [Limit: Int64] {
        let known = try [String: Int64](json: limits).compactMap { name, value in
            Limit(rawValue: name).map { ($0, value) }
        }
        return Dictionary(uniqueKeysWithValues: known)
    }

    func project() throws -> Project {
        Project(
            id: id,
            organization: organization,
            name: name,
            description: description,
            language: language,
            version: version,
            entry: entry,
            environment: try [String: String](json: environment),
            limits: try limitValues(),
            createdAt: Date(microseconds: createdAt),
            updatedAt: Date(microseconds: updatedAt)
        )
    }
}
