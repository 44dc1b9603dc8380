import Domain
import Foundation
import JSON

extension Operation {
    static let createTask = Operation(
        id: "createTask",
        group: .tasks,
        summary: "Order a task",
        details: """
            An execution that is made later, in its turn, and as often as it takes: organizations \
            take turns, and within one the highest priority comes first, then the oldest. The body \
            has the fields of an execution; with `project_id` they are laid over the project, and \
            all of them may be left out.

            Each attempt is an execution of the organization's, charged when it begins; where the \
            plan's rates are used up, the task waits. A fault of the service is tried again, a \
            failure of the program only where `retry_on` names it; the pause before the next \
            attempt is a second, doubled each time, at most ten minutes. An organization has at \
            most as many unfinished tasks as its plan allows; above that the answer is 429.

            The end is posted to `callback_url`, as `task.finished`.
            """,
        access: .dispatcher("agents:write"),
        parameters: [.idempotencyKey],
        body: .json(schema: .schema("TaskRequest"), example: Example.taskRequest),
        answers: [
            Answer(
                status: 202,
                summary: "It was taken in",
                content: .data(.schema("Task")),
                headers: ["Location", "Idempotency-Replayed"],
                example: Example.newTask
            )
        ],
        // Of the project, or of the organization.
        refusals: [.notFound, .conflict, .idempotencyMismatch, .rateLimited]
    )

    static let listTasks = Operation(
        id: "listTasks",
        group: .tasks,
        summary: "List tasks",
        details: """
            The organization's, newest first, without their attempts. Whoever shows the \
            dispatcher's secret sees everybody's.
            """,
        access: .dispatcher("agents:read"),
        parameters: Parameter.page + [
            Parameter(
                name: "status",
                place: .query,
                summary: "Only those with this status",
                schema: .choice("", AgentTask.Status.allCases.map(\.rawValue))
            ),
            Parameter(
                name: "agent_id",
                place: .query,
                summary: "Only those of this agent",
                schema: Codec.agentID.schema
            ),
            Parameter(
                name: "organization_id",
                place: .query,
                summary: "Only those of this organization; for the dispatcher's secret alone",
                schema: .text()
            ),
        ],
        answers: [
            Answer(
                status: 200,
                summary: "A page of them",
                content: .list(.schema("TaskSummary")),
                example: Example.taskSummary
            )
        ]
    )

    static let showTask = Operation(
        id: "showTask",
        group: .tasks,
        summary: "Look at a task",
        details: "With its attempts, and the newest of them whole.",
        access: .dispatcher("agents:read"),
        parameters: [.id("task", prefix: "tsk_")],
        answers: [
            Answer(
                status: 200,
                summary: "As it is now",
                content: .data(.schema("Task")),
                example: Example.endedTask
            )
        ]
    )

    static let cancelTask = Operation(
        id: "cancelTask",
        group: .tasks,
        summary: "Cancel a task",
        details: "Whether it waits or runs; answers when nothing of it runs any more.",
        access: .dispatcher("agents:write"),
        parameters: [.id("task", prefix: "tsk_")],
        answers: [
            Answer(
                status: 200,
                summary: "It was cancelled",
                content: .data(.schema("Task")),
                example: Example.cancelledTask
            )
        ],
        refusals: [.conflict]
    )

    static let retryTask = Operation(
        id: "retryTask",
        group: .tasks,
        summary: "Try a task again",
        details: "One that ended without success: at once, and with all its attempts.",
        access: .dispatcher("agents:write"),
        parameters: [.id("task", prefix: "tsk_")],
        answers: [
            Answer(
                status: 202,
                summary: "It waits for its turn",
                content: .data(.schema("Task")),
                example: Example.newTask
            )
        ],
        refusals: [.conflict, .rateLimited]
    )
}

extension Schemas {
    static let tasks = [
        TaskReport.payload.definition, TaskSummary.payload.definition,
        TaskBody.description.definition, TaskReport.finished.definition,
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
