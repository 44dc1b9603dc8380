import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON

/// Accepts tasks: reads the request, submits it once, and finds its outcome.
struct TaskIntake: Sendable {
    let access: TaskAccess
    let tasks: any TaskService
    let executions: any ExecutionService
    let store: any Store
    let runtimes: Runtimes
    let clock: WallClock
    let idempotency: Idempotency

    /// A caller's order, completely read and checked.
    struct Order: Sendable {
        let order: TaskOrder
        let organization: String
        let plan: Plan
        let idempotencyKey: String?
        let fingerprint: Data
    }

    struct Acceptance: Sendable {
        let task: AgentTask
        /// Whether an earlier request with the same key had created the task.
        let isReplay: Bool
    }

    /// - Throws: also ``ProjectGone``.
    func order(
        _ request: Request,
        _ context: APIContext,
        _ reach: TaskReach
    ) async throws -> Order {
        let key = try Idempotency.key(request.headers)
        var plan = access.largestPlan
        if case .own(let caller, _) = reach { plan = caller.plan }
        let content = try await BodyReader.json(request, context, plan: plan)
        let body = try TaskBody.description.decode(content.value)
        let organization = try organization(body, reach)
        if case .everybodys = reach { plan = try await access.plan(of: organization) }
        var executions = ExecutionReader(runtimes: runtimes, plan: plan)
        // An invalid identifier needs no check: no project has it.
        if let project = body.project {
            let bytes = try await store.projectBytes(id: project, organization: organization)
            try await context.memory.takeSources(bytes, for: context.owner)
            executions.base = try await store.projectSources(
                id: project,
                organization: organization
            )
        }
        return Order(
            order: try TaskReader(executions: executions).order(body),
            organization: organization,
            plan: plan,
            idempotencyKey: try TaskReader.idempotencyKey(key, body),
            // The prefix distinguishes the request from one for an execution with the same body.
            fingerprint: Data("task\n".utf8) + content.fingerprint
        )
    }

    private func organization(_ body: TaskBody, _ reach: TaskReach) throws(APIError) -> String {
        try TaskAccess.checkNaming(body.organization != nil, reach)
        if let own = reach.organization { return own }
        guard let named = body.organization else {
            throw .field("organization_id", "is required")
        }
        return named
    }

    func accept(_ order: Order) async throws -> Acceptance {
        let now = clock.now()
        let id = Identifier.make(prefix: "tsk_", at: now)
        guard let key = order.idempotencyKey else {
            return Acceptance(task: try await submit(order, id: id), isReplay: false)
        }
        return try await idempotency.holding(
            key,
            organization: order.organization,
            fingerprint: order.fingerprint,
            candidate: id,
            now: now,
            isKept: { try await store.task(id: $0, organization: order.organization) != nil },
            submit: { outcome in
                switch outcome {
                case .submit(let id):
                    return Acceptance(task: try await submit(order, id: id), isReplay: false)
                case .replay(let id):
                    let task = try await task(id, order.organization)
                    return Acceptance(task: task, isReplay: true)
                }
            }
        )
    }

    private func submit(_ order: Order, id: String) async throws -> AgentTask {
        let task = AgentTask(
            id: id,
            organization: order.organization,
            order: order.order,
            createdAt: clock.now()
        )
        do {
            try await tasks.submit(task, unfinishedMax: order.plan.holdings.unfinishedTasks)
        } catch let refusal as TooManyTasks {
            throw Self.error(refusal)
        }
        return task
    }

    /// Returns the maximum number of unfinished tasks by the plan of the task's organization.
    func unfinishedMax(of task: AgentTask, _ reach: TaskReach) async throws -> Int {
        if case .own(let caller, _) = reach { return caller.plan.holdings.unfinishedTasks }
        return try await access.plan(of: task.organization).holdings.unfinishedTasks
    }

    /// - Parameter organization: the organization of the task; `nil` means any.
    func task(_ id: String, _ organization: String?) async throws -> AgentTask {
        guard let task = try await store.task(id: id, organization: organization) else {
            throw APIError.notFound("task")
        }
        return task
    }

    /// Returns the task with its attempts, as they are now.
    func report(on task: AgentTask) async throws -> TaskReport {
        var report = try await store.report(on: task)
        if case .running(let attempt) = task.state,
            let current = await executions.current(
                id: attempt.execution,
                organization: task.organization
            )
        {
            report.refresh(current)
        }
        return report
    }

    static func error(_ refusal: TooManyTasks) -> APIError {
        APIError(
            code: .rateLimited,
            message: "the plan's limit unfinished_tasks of \(refusal.limit) is used up",
            details: .init(limit: JSONValue(refusal.limit), policy: "unfinished_tasks"),
            headers: [.retryAfter: String(retrySeconds)]
        )
    }

    /// The `Retry-After` for too many tasks; a fixed time, since the end of a task cannot be
    /// predicted.
    private static let retrySeconds = 5
}
