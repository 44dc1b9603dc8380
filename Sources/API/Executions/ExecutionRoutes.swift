import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The routes to create, show, list and cancel executions, for callers with a credential.
struct ExecutionRoutes: Sendable {
    let intake: ExecutionIntake
    let callers: CallerResolver
    let service: any ExecutionService
    let store: any Store
    let runtimes: Runtimes
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.post, "executions", .createExecution, create),
            Route(.get, "executions", .listExecutions, list),
            Route(.get, "executions/:id", .showExecution, show),
            Route(.delete, "executions/:id", .cancelExecution, cancel),
            Route(.post, "projects/:id/execute", .executeProject, execute),
            Route(.get, "projects/:id/executions", .listProjectExecutions, log),
        ]
    }

    private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.projects))
        return try await run(request, context, from: caller)
    }

    /// Runs a project.
    private func execute(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.projects))
        let project = try context.identifier(of: "project")
        return try await run(request, context, from: caller, over: project)
    }

    private func run(
        _ request: Request,
        _ context: APIContext,
        from caller: Caller,
        over project: String? = nil
    ) async throws -> Response {
        let start = ContinuousClock.now
        let order = try await intake.order(request, context, from: caller, over: project)
        let scope = Scope.write(.projects)
        try await callers.judgeAgain(request, context, needing: scope, since: start)
        let acceptance = try await intake.accept(order)
        guard order.isAsync, let organization = order.organization else {
            return try await intake.answer(order, acceptance, context)
        }
        return try await answerLater(order, of: organization, acceptance, request, context)
    }

    /// Answers 202 with the execution as it is, or 200 if it has ended within the caller's `wait`.
    private func answerLater(
        _ order: ExecutionIntake.Order,
        of organization: String,
        _ acceptance: ExecutionIntake.Acceptance,
        _ request: Request,
        _ context: APIContext
    ) async throws -> Response {
        let id = acceptance.id
        if let seconds = order.preferences.waitSeconds, seconds > 0 {
            try await context.untilDisconnect { [service] in
                await service.wait(id: id, organization: organization, upTo: .seconds(seconds))
            }
        }
        guard let execution = try await latest(id, organization, context) else {
            throw APIError.notFound("execution")  // deleted with its project meanwhile
        }
        var headers = try await intake.headers(order, acceptance)
        headers[.location] = RouteTable.path("executions/" + id, like: request)
        return Responses.data(
            ExecutionPayload(execution).json,
            status: execution.isFinished ? .ok : .accepted,
            headers: headers
        )
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let query = QueryReader(request)
        let page = try query.page()
        let filter = ExecutionFilter(
            status: try status(query["status"]),
            language: query["language"].map(runtimes.canonicalName)
        )
        let listing = try await store.executions(
            organization: organization,
            matching: filter,
            page: page
        )
        return await summaries(listing, organization: organization, page)
    }

    /// Lists the executions of a project.
    private func log(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let page = try QueryReader(request).page()
        let listing = try await store.executions(
            project: try context.identifier(of: "project"),
            organization: organization,
            page: page
        )
        return await summaries(listing, organization: organization, page)
    }

    private func summaries(
        _ listing: Listing<ExecutionSummary>,
        organization: String,
        _ page: Page
    ) async -> Response {
        let latest = await intake.latest(listing, organization: organization)
        return Responses.envelope(latest.json(page, \.json))
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.projects)
        )
        let id = try context.identifier(of: "execution")
        guard let execution = try await latest(id, organization, context) else {
            throw APIError.notFound("execution")
        }
        return Responses.data(ExecutionPayload(execution).json)
    }

    private func latest(
        _ id: String,
        _ organization: String,
        _ context: APIContext
    ) async throws -> Execution? {
        try await intake.latest(id: id, organization: organization, context)
    }

    private func cancel(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .write(.projects)
        )
        let id = try context.identifier(of: "execution")
        do {
            guard let execution = try await service.cancel(id: id, organization: organization)
            else { throw APIError.notFound("execution") }
            return Responses.data(ExecutionPayload(execution).json)
        } catch let refusal as CancellationRefusal {
            let status = refusal.execution.status.rawValue
            throw APIError(
                code: .conflict,
                message: "the execution has already ended",
                details: .init(status: status)
            )
        } catch is ClaimLost {
            throw APIError(code: .conflict, message: "another server runs the execution")
        }
    }

    private func status(_ text: String?) throws(APIError) -> Execution.Status? {
        guard let text else { return nil }
        guard let status = Execution.Status(rawValue: text) else {
            let names = Execution.Status.allCases.map(\.rawValue).joined(separator: ", ")
            throw .field("status", "must be one of: \(names)", value: .string(text))
        }
        return status
    }
}

/// The error for an execution that failed through the server's fault while its caller waited: the
/// caller gets 500, and its quota back.
struct ExecutionFaulted: Error {
    let id: String
}

extension APIContext {
    static let identifierCharactersMax = 64

    /// - Throws: if the identifier in the path is longer than any that the server creates.
    func identifier(of what: String, in name: String = "id") throws(APIError) -> String {
        guard let id = parameters.get(name), id.utf8.count <= Self.identifierCharactersMax else {
            throw .notFound(what)
        }
        return id
    }
}
