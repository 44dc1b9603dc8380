import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The routes to create, list, show, cancel and retry agents' tasks.
struct TaskRoutes: Sendable {
    let intake: TaskIntake
    let access: TaskAccess
    let tasks: any TaskService
    let store: any Store

    private static let path = "dispatcher/tasks"

    var routes: [Route] {
        [
            Route(.post, Self.path, .createTask, create),
            Route(.get, Self.path, .listTasks, list),
            Route(.get, Self.path + "/:id", .showTask, show),
            Route(.post, Self.path + "/:id/cancel", .cancelTask, cancel),
            Route(.post, Self.path + "/:id/retry", .retryTask, retry),
        ]
    }

    private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let reach = try await access.reach(request, context, needing: .write(.agents))
        let acceptance = try await intake.accept(try await intake.order(request, context, reach))
        let path = Self.path + "/" + acceptance.task.id
        var headers: HTTPFields = [.location: RouteTable.path(path, like: request)]
        if acceptance.isReplay { headers[.idempotencyReplayed] = "true" }
        return try await answer(acceptance.task, status: .accepted, headers: headers)
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let reach = try await access.reach(request, context, needing: .read(.agents))
        let query = QueryReader(request)
        let page = try query.page()
        let named = query["organization_id"]
        try TaskAccess.checkNaming(named != nil, reach)
        let filter = TaskFilter(
            organization: reach.organization ?? named,
            status: try status(query["status"]),
            agentID: try agentID(query["agent_id"])
        )
        let listing = try await store.tasks(matching: filter, page: page)
        return Responses.envelope(listing.json(page, \.json))
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let reach = try await access.reach(request, context, needing: .read(.agents))
        let id = try context.identifier(of: "task")
        return try await answer(try await intake.task(id, reach.organization))
    }

    private func cancel(_ request: Request, _ context: APIContext) async throws -> Response {
        let reach = try await access.reach(request, context, needing: .write(.agents))
        let id = try context.identifier(of: "task")
        do {
            let task = try await tasks.cancel(task: id, organization: reach.organization)
            guard let task else { throw APIError.notFound("task") }
            return try await answer(task)
        } catch let refusal as TaskEnded {
            throw conflict("the task has already ended", refusal.task)
        }
    }

    /// Retries a task, and answers 202: the task is queued again with all its attempts.
    private func retry(_ request: Request, _ context: APIContext) async throws -> Response {
        let reach = try await access.reach(request, context, needing: .write(.agents))
        let id = try context.identifier(of: "task")
        let known = try await intake.task(id, reach.organization)
        do {
            let task = try await tasks.retry(
                task: id,
                organization: reach.organization,
                unfinishedMax: try await intake.unfinishedMax(of: known, reach)
            )
            guard let task else { throw APIError.notFound("task") }
            return try await answer(task, status: .accepted)
        } catch let refusal as TaskNotRetryable {
            throw conflict("only a task that ended without success can be retried", refusal.task)
        } catch let refusal as TooManyTasks {
            throw TaskIntake.error(refusal)
        }
    }

    private func answer(
        _ task: AgentTask,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:]
    ) async throws -> Response {
        let report = try await intake.report(on: task)
        return Responses.data(report.json, status: status, headers: headers)
    }

    private func conflict(_ message: String, _ task: AgentTask) -> APIError {
        APIError(
            code: .conflict,
            message: message,
            details: .init(status: task.status.rawValue)
        )
    }

    private func status(_ text: String?) throws(APIError) -> AgentTask.Status? {
        guard let text else { return nil }
        guard let status = AgentTask.Status(rawValue: text) else {
            let names = AgentTask.Status.allCases.map(\.rawValue).joined(separator: ", ")
            throw .field("status", "must be one of: \(names)", value: .string(text))
        }
        return status
    }

    private func agentID(_ text: String?) throws(APIError) -> String? {
        guard let text else { return nil }
        return try Codec<String>.agentID.decode(.string(text), "agent_id")
    }
}
