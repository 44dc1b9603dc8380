import Domain
import Foundation

extension Schemas {
    static let projects: [JSONValue.Member] = [
        .init(
            name: "Project",
            value: .record(
                "Files that are kept to be run, and how they are run.",
                [
                    ("id", .identifier("prj_")), ("name", name()), ("description", .text()),
                    ("language", JSONValue.text("the runtime's name").orNull),
                    ("version", JSONValue.text("or how one begins").orNull),
                    ("entry", JSONValue.text("the path of the main file").orNull),
                    (
                        "env",
                        .list(
                            "The names in its environment; the values are not told again.",
                            of: .text()
                        )
                    ),
                    ("limits", limitsGiven), ("created_at", .timestamp()),
                    ("updated_at", .timestamp()),
                ]
            )
        ),
        .init(
            name: "ProjectFile",
            value: .record(
                "A file of a project.",
                [("path", .text()), ("bytes", .whole()), ("updated_at", .timestamp())]
            )
        ),
        .init(name: "NewProject", value: newProject),
        .init(name: "ProjectChange", value: projectChange),
        .init(name: "ProjectExecutionRequest", value: projectRequest),
    ]

    private static let limitsGiven = JSONValue.record(
        "What its executions are held to, where they ask for nothing and the plan still allows it.",
        Limit.allCases.map { ($0.rawValue, .whole($0.definition.about)) },
        optional: Set(Limit.allCases.map(\.rawValue))
    )

    private static let newProject: JSONValue = {
        var schema = JSONValue.input("What a project is to be.", required: ["name"], projectFields)
        schema["if"] = ["required": ["version"], "properties": ["version": ["type": "string"]]]
        schema["then"] = [
            "required": ["language"], "properties": ["language": ["type": "string"]],
        ]
        return schema
    }()

    private static let projectChange: JSONValue = {
        var schema = JSONValue.input("What is to change of a project.", projectFields)
        schema["properties"]?["name"] = name()  // it cannot be cleared
        return schema
    }()

    private static let projectFields: [JSONValue.Field] =
        [("name", name()), ("description", description)] + runtime + [
            ("entry", relativePath("The path of the main file.")),
            ("env", environment(of: environmentValue.orNull)), ("limits", .schema("LimitsAsked")),
        ]

    private static let description = JSONValue.text(
        max: ProjectReader.descriptionLengthMax,
        pattern: "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*$"
    )

    private static let projectRequest: JSONValue = {
        var schema = JSONValue.input("What is different from the project.", requestFields)
        schema["allOf"] = [codeOrFiles, runsCarryTheirInput]
        return schema
    }()

    private static let codeOrFiles: JSONValue = [
        "if": ["required": ["code"], "properties": ["code": ["type": "string"]]],
        "then": ["properties": ["files": ["type": "null"]]],
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
