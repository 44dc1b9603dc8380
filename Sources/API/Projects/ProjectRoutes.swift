import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The routes to create, show, list, change and delete projects.
///
/// `ExecutionRoutes` runs them.
struct ProjectRoutes: Sendable {
    let callers: CallerResolver
    let service: any ExecutionService
    let store: any ProjectStore
    let runtimes: Runtimes
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.post, "projects", .createProject, create),
            Route(.get, "projects", .listProjects, list),
            Route(.get, "projects/:id", .getProject, show),
            Route(.patch, "projects/:id", .updateProject, update),
            Route(.delete, "projects/:id", .deleteProject, delete),
        ]
    }

    private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.projects))
        guard let organization = caller.organization else { throw APIError.unauthorized }
        let body = try await BodyReader.object(
            request,
            context,
            bytesMax: ProjectReader.bodyBytesMax
        )
        let now = clock.now()
        let id = Identifier.make(prefix: "prj_", at: now)
        let project = try reader(caller)
            .project(body, id: id, organization: organization, at: now)
        let limit = caller.plan.holdings.projects
        guard try await store.insert(project, limit: limit) else {
            throw APIError(
                code: .conflict,
                message: "the plan's limit of \(limit) projects is used up",
                details: .init(limit: JSONValue(limit))
            )
        }
        return Responses.data(
            project.json,
            status: .created,
            headers: [.location: RouteTable.path("projects/" + id, like: request)]
        )
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let page = try QueryReader(request).page()
        let listing = try await store.projects(organization: organization, page: page)
        return Responses.envelope(listing.json(page, \.json))
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let id = try context.identifier(of: "project")
        return Responses.data(try await store.project(id: id, organization: organization).json)
    }

    private func update(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.projects))
        guard let organization = caller.organization else { throw APIError.unauthorized }
        let id = try context.identifier(of: "project")
        let body = try ProjectBody.change.decode(
            try await BodyReader.object(request, context, bytesMax: ProjectReader.bodyBytesMax)
        )
        let reader = reader(caller)
        let now = clock.now()
        let project = try await store.updateProject(id: id, organization: organization) { project in
            let before = project
            try reader.change(&project, body)
            if project != before { project.updatedAt = now }
        }
        return Responses.data(project.json)
    }

    /// Deletes a project, and answers 200 with its last state once nothing of it is left in the
    /// store or in a jail.
    ///
    /// The store comes first: a later submission does not find the project, and the executions
    /// submitted earlier are then cancelled.
    private func delete(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .write(.projects)
        )
        let id = try context.identifier(of: "project")
        let project = try await store.deleteProject(id: id, organization: organization)
        await service.cancelAll(project: id)
        return Responses.data(project.json)
    }

    private func reader(_ caller: Caller) -> ProjectReader {
        ProjectReader(runtimes: runtimes, plan: caller.plan)
    }
}
