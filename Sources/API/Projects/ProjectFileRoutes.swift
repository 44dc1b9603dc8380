import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The routes for the files of a project.
///
/// Each file has its own path, and its body is the raw bytes.
struct ProjectFileRoutes: Sendable {
    let callers: CallerResolver
    let store: any ProjectStore
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.get, "projects/:id/files", .listProjectFiles, list),
            Route(.get, "projects/:id/files/**", .getProjectFile, show),
            Route(.put, "projects/:id/files/**", .writeProjectFile, write),
            Route(.delete, "projects/:id/files/**", .deleteProjectFile, delete),
        ]
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let page = try QueryReader(request).page()
        let listing = try await store.projectFiles(
            project: try context.identifier(of: "project"),
            organization: organization,
            page: page
        )
        return Responses.envelope(listing.json(page, \.json))
    }

    /// Answers with the bytes as an attachment of no particular type: the content comes from users,
    /// and a browser must not show it as a page of this server.
    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let project = try context.identifier(of: "project")
        // The file is no larger than the project.
        let bytesMax = try await store.projectBytes(id: project, organization: organization)
        try await context.memory.takeResult(bytesMax, for: context.owner)
        let file = try await store.projectFile(
            path: try path(request, context),
            project: project,
            organization: organization
        )
        guard let file else { throw APIError.notFound("file") }
        return Responses.text(
            file.content,
            type: "application/octet-stream",
            headers: [.contentDisposition: "attachment"]
        )
    }

    /// Writes a file: 201 if it is new, 200 if it was replaced.
    private func write(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.projects))
        guard let organization = caller.organization else { throw APIError.unauthorized }
        let path = try path(request, context)
        let bounds = ProjectBounds(caller.plan)
        let start = ContinuousClock.now
        let bytes = try await BodyReader.bytes(of: request, context, bytesMax: Int(bounds.bytesMax))
        let scope = Scope.write(.projects)
        try await callers.judgeAgain(request, context, needing: scope, since: start)
        do {
            let written = try await store.write(
                SourceFile(path: path, content: Data(bytes)),
                project: try context.identifier(of: "project"),
                organization: organization,
                at: clock.now(),
                within: bounds
            )
            return Responses.data(written.file.json, status: written.isNew ? .created : .ok)
        } catch let refusal as ProjectFileRefusal {
            throw APIError(refusal, path: path)
        }
    }

    /// Deletes a file, and answers 200 with its description.
    private func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .write(.projects)
        )
        let file = try await store.deleteProjectFile(
            path: try path(request, context),
            project: try context.identifier(of: "project"),
            organization: organization
        )
        guard let file else { throw APIError.notFound("file") }
        return Responses.data(file.json)
    }

    private func path(_ request: Request, _ context: APIContext) throws(APIError) -> String {
        let path = try context.remainder(of: request)
        try RelativePath.check(path, at: "path")
        return path
    }
}

extension APIContext {
    /// Returns the part of the path that matches `**`, percent-decoded once.
    ///
    /// The router's own remainder is not used: it leaves out empty components, and so takes
    /// `files//etc` for `files/etc`.
    fileprivate func remainder(of request: Request) throws(APIError) -> String {
        let slash = UInt8(ascii: "/")
        var rest = request.uri.path.utf8[...]
        for _ in (endpointPath ?? "").split(separator: "/").dropLast() {
            rest = rest.drop { $0 == slash }.drop { $0 != slash }
        }
        guard let text = String(rest.dropFirst())?.removingPercentEncoding else {
            throw .field("path", "must be UTF-8, must be percent-encoded UTF-8")
        }
        return text
    }
}

extension APIError {
    /// Creates a 409, since the conflict is with the present content of the project.
    fileprivate init(_ refusal: ProjectFileRefusal, path: String) {
        let message: String
        let value: JSONValue
        var limit: JSONValue?
        switch refusal {
        case .path(let flaw):
            (message, value) = ("the path \(flaw)", .string(APIError.shortened(path)))
        case .files(let max):
            message = "the project has as many files as the plan allows, \(max)"
            (value, limit) = (.integer(max + 1), .integer(max))
        case .bytes(let bytes, let max):
            message = "the files would be \(bytes) bytes together, above the plan's \(max)"
            (value, limit) = (.integer(bytes), .integer(max))
        case .names(let bytes, let max):
            message = "the paths would be \(bytes) bytes together, above the limit of \(max)"
            (value, limit) = (JSONValue(bytes), JSONValue(max))
        }
        self.init(
            code: .conflict,
            message: message,
            details: Details(value: value, limit: limit)
        )
    }
}
