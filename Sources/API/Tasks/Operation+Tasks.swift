import Domain
import Foundation
import JSON

extension Operation {
    static let createTask = Operation(
        id: "createTask",
        group: .tasks,
        summary: "Create a task",
        details: """
            A task is a queued execution with a schedule, a priority and retries. Organizations \
            take turns; within one, the highest priority runs first, then the oldest task. The \
            body has the fields of an execution. With `project_id` they are merged into the \
            project, and all of them are optional.

            Each attempt is an execution of the organization, charged when it begins. A task \
            waits while a rate of the plan is used up. The server retries its own faults, and \
            failures of the program that `retry_on` names. The delay before a retry is 1 s, \
            doubled each time up to 10 min. Above the plan's `unfinished_tasks` the answer is \
            429.

            When the task ends, the server posts `task.finished` to `callback_url`.
            """,
        access: .dispatcher("agents:write"),
        parameters: [.idempotencyKey],
        body: .json(schema: .schema("TaskRequest"), example: Example.taskRequest),
        answers: [
            Answer(
                status: 202,
                summary: "The task was accepted",
                content: .data(.schema("Task")),
                headers: ["Location", "Idempotency-Replayed"],
                example: Example.newTask
            )
        ],
        // `notFound` is for the project or the organization.
        refusals: [.notFound, .conflict, .idempotencyMismatch, .rateLimited]
    )

    static let listTasks = Operation(
        id: "listTasks",
        group: .tasks,
        summary: "List tasks",
        details: """
            The organization's tasks, newest first, without their attempts. The dispatcher's \
            secret lists the tasks of all organizations.
            """,
        access: .dispatcher("agents:read"),
        parameters: Parameter.page + [
            Parameter(
                name: "status",
                place: .query,
                summary: "Only this status",
                schema: .choice("", AgentTask.Status.allCases.map(\.rawValue))
            ),
            Parameter(
                name: "agent_id",
                place: .query,
                summary: "Only tasks of this agent",
                schema: Codec.agentID.schema
            ),
            Parameter(
                name: "organization_id",
                place: .query,
                summary: "Only tasks of this organization; only with the dispatcher's secret",
                schema: .text()
            ),
        ],
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("TaskSummary")),
                example: Example.taskSummary
            )
        ]
    )

    static let showTask = Operation(
        id: "showTask",
        group: .tasks,
        summary: "Get a task",
        details: "With its attempts, and the newest execution in full.",
        access: .dispatcher("agents:read"),
        parameters: [.id("task", prefix: "tsk_")],
        answers: [
            Answer(
                status: 200,
                summary: "The current state",
                content: .data(.schema("Task")),
                example: Example.endedTask
            )
        ]
    )

    static let cancelTask = Operation(
        id: "cancelTask",
        group: .tasks,
        summary: "Cancel a task",
        details: "Cancels a queued or running task. The answer comes when its attempt has stopped.",
        access: .dispatcher("agents:write"),
        parameters: [.id("task", prefix: "tsk_")],
        answers: [
            Answer(
                status: 200,
                summary: "Cancelled",
                content: .data(.schema("Task")),
                example: Example.cancelledTask
            )
        ],
        refusals: [.conflict]
    )

    static let retryTask = Operation(
        id: "retryTask",
        group: .tasks,
        summary: "Retry a task",
        details: "Queues a task that ended without success again, with all its attempts.",
        access: .dispatcher("agents:write"),
        parameters: [.id("task", prefix: "tsk_")],
        answers: [
            Answer(
                status: 202,
                summary: "The task is queued",
                content: .data(.schema("Task")),
                example: Example.newTask
            )
        ],
        refusals: [.conflict, .rateLimited]
    )
}

extension Schemas {
    static let tasks = [
        TaskPayload.description.definition, TaskSummary.payload.definition,
        TaskBody.description.definition, TaskPayload.finished.definition,
    ]
}

extension Example {
    static let taskRequest: JSONValue = [
        "language": "python", "code": "print(6 * 7)", "agent_id": "planner",
        "priority": .integer(10), "run_after": "2026-11-28T06:00:00Z",
        "max_attempts": .integer(3), "retry_on": ["timed_out"],
        "callback_url": "https://example.com/done",
    ]

    static let newTask = report(.queued, attempts: []).json
    static let cancelledTask = report(
        .ended(.cancelled, last: nil, at: moment),
        attempts: []
    ).json
    static let endedTask = report(ended, attempts: [attempt]).json
    static let taskSummary = TaskSummary(task(ended, attempts: 1)).json

    private static let moment = Date(timeIntervalSince1970: 1_795_238_974.710)
    private static let executionID = "exe_01m7y99nan8h4qysw2gw961my1"
    private static let ended = AgentTask.State.ended(
        .succeeded,
        last: .init(execution: executionID, startedAt: moment),
        at: moment.addingTimeInterval(0.022)
    )
    private static let attempt = TaskAttempt(
        execution: executionID,
        status: .succeeded,
        createdAt: moment,
        startedAt: moment,
        finishedAt: moment.addingTimeInterval(0.022)
    )

    private static func report(
        _ state: AgentTask.State,
        attempts: [TaskAttempt]
    ) -> TaskReport {
        TaskReport(
            task: task(state, attempts: attempts.count),
            attempts: attempts,
            execution: attempts.isEmpty ? nil : endedExecution
        )
    }

    private static func task(_ state: AgentTask.State, attempts: Int) -> AgentTask {
        AgentTask(
            id: "tsk_01m7y99n7p1j71stedgdt4erbx",
            organization: "org_01m7y99na36pfjsmd1a1a162hm",
            order: TaskOrder(
                request: endedExecution.request,
                agentID: "planner",
                priority: 10,
                retryOn: [.timedOut],
                callbackURL: "https://example.com/done"
            ),
            createdAt: moment,
            attempts: attempts,
            attemptsLeft: TaskOrder.standardAttemptsMax - attempts,
            state: state
        )
    }
}
