import Domain
import Foundation
import JSON

extension Operation {
    static let createProject = Operation(
        id: "createProject",
        group: .projects,
        summary: "Create a project",
        details: """
            A project keeps files, a language, an entry, an environment and limits. Above the \
            plan's `projects` the answer is 409, with the `limit`.
            """,
        access: .scope("projects:write"),
        body: .json(schema: .schema("NewProject"), example: Example.newProject),
        answers: [
            Answer(
                status: 201,
                summary: "The project, without files",
                content: .data(.schema("Project")),
                headers: ["Location"],
                example: Example.project
            )
        ],
        refusals: [.conflict]
    )

    static let listProjects = Operation(
        id: "listProjects",
        group: .projects,
        summary: "List projects",
        details: "The organization's projects, newest first.",
        access: .scope("projects:read"),
        parameters: Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("Project")),
                example: Example.project
            )
        ]
    )

    static let getProject = Operation(
        id: "getProject",
        group: .projects,
        summary: "Get a project",
        access: .scope("projects:read"),
        parameters: [.project],
        answers: [
            Answer(
                status: 200,
                summary: "The project",
                content: .data(.schema("Project")),
                example: Example.project
            )
        ]
    )

    static let updateProject = Operation(
        id: "updateProject",
        group: .projects,
        summary: "Change a project",
        details: """
            Changes the fields that the body has; `null` clears a field. `env` is merged by \
            name, and a `null` removes that name.
            """,
        access: .scope("projects:write"),
        parameters: [.project],
        body: .json(
            schema: .schema("ProjectChange"),
            example: ["description": "Answers in the channel.", "env": ["DEBUG": .null]]
        ),
        answers: [
            Answer(
                status: 200,
                summary: "The changed project",
                content: .data(.schema("Project")),
                example: Example.project
            )
        ]
    )

    static let deleteProject = Operation(
        id: "deleteProject",
        group: .projects,
        summary: "Delete a project",
        details: """
            Deletes its files, executions, tasks and pending deliveries, and cancels what is \
            queued or running. The answer comes when the deletion is complete.
            """,
        access: .scope("projects:write"),
        parameters: [.project],
        answers: [
            Answer(
                status: 200,
                summary: "The deleted project",
                content: .data(.schema("Project")),
                example: Example.project
            )
        ]
    )

    static let executeProject = Operation(
        id: "executeProject",
        group: .projects,
        summary: "Run a project",
        details: """
            Without a body, runs the project as it is. A body is merged into the project: \
            `files` over its files, `env` over its environment, `limits` over its limits; `code` \
            replaces the text of the entry. The entry is the body's, else the project's, else \
            the file with the language's usual name, else the only file. The rest works as in \
            `POST /executions`.
            """,
        access: .scope("projects:write"),
        parameters: [.project, .prefer, .idempotencyKey],
        body: .optional(
            .jsonOrForm(
                schema: .schema("ProjectExecutionRequest"),
                example: ["stdin": "sand", "env": ["DEBUG": "1"]]
            )
        ),
        answers: createExecution.answers,
        refusals: createExecution.refusals
    )

    static let listProjectExecutions = Operation(
        id: "listProjectExecutions",
        group: .projects,
        summary: "List a project's executions",
        details: "Newest first, without output.",
        access: .scope("projects:read"),
        parameters: [.project] + Parameter.page,
        answers: listExecutions.answers
    )
}

/// Operations on a project's files.
extension Operation {
    static let listProjectFiles = Operation(
        id: "listProjectFiles",
        group: .projects,
        summary: "List a project's files",
        details: "Sorted by path, byte by byte.",
        access: .scope("projects:read"),
        parameters: [.project] + Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("ProjectFile")),
                example: Example.projectFile
            )
        ]
    )

    static let getProjectFile = Operation(
        id: "getProjectFile",
        group: .projects,
        summary: "Read a file",
        access: .scope("projects:read"),
        parameters: [.project, .file],
        answers: [Answer(status: 200, summary: "The bytes of the file", content: .bytes)]
    )

    static let writeProjectFile = Operation(
        id: "writeProjectFile",
        group: .projects,
        summary: "Write a file",
        details: """
            The body is the file, whatever its type. The plan's ceilings `files` and \
            `source_bytes` bound all files of a project together.
            """,
        access: .scope("projects:write"),
        parameters: [.project, .file],
        body: .optional(.bytes),  // without a body the file is empty
        answers: [
            Answer(
                status: 200,
                summary: "Replaced",
                content: .data(.schema("ProjectFile")),
                example: Example.projectFile
            ),
            Answer(
                status: 201,
                summary: "Created",
                content: .data(.schema("ProjectFile")),
                example: Example.projectFile
            ),
        ],
        refusals: [.conflict]
    )

    static let deleteProjectFile = Operation(
        id: "deleteProjectFile",
        group: .projects,
        summary: "Delete a file",
        access: .scope("projects:write"),
        parameters: [.project, .file],
        answers: [
            Answer(
                status: 200,
                summary: "The deleted file",
                content: .data(.schema("ProjectFile")),
                example: Example.projectFile
            )
        ]
    )
}

extension Operation.Parameter {
    fileprivate static let project = id("project", prefix: "prj_")

    fileprivate static let file = Self(
        name: "path",
        place: .path,
        summary:
            "The file's path in the project. The server decodes percent-encoding once, so a slash"
            + " may be sent as it is or as `%2F`",
        schema: Codec.relativePath("").schema,
        isRequired: true
    )
}

extension Schemas {
    static let projects = [
        Project.payload.definition, ProjectFile.payload.definition, ProjectBody.new.definition,
        ProjectBody.change.definition, ExecutionBody.ofProject.definition,
    ]
}

extension Example {
    static let newProject: JSONValue = [
        "name": "bot", "language": "python", "version": "3", "entry": "src/main.py",
        "env": ["TOKEN": "hunter2"], "limits": ["wall_ms": .integer(2_000)],
    ]

    static let project = Project(
        id: "prj_01m7y99nan8h4qysw2gw961my1",
        organization: "org_01m7y99na36pfjsmd1a1a162hm",
        name: "bot",
        language: "python",
        version: "3",
        entry: "src/main.py",
        environment: ["TOKEN": "hunter2"],
        limits: [.wallMilliseconds: 2_000],
        createdAt: createdAt,
        updatedAt: createdAt
    ).json

    static let projectFile = ProjectFile(
        path: "src/main.py",
        bytes: 20,
        updatedAt: createdAt
    ).json
}
