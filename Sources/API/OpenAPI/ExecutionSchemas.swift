import Domain

extension Schemas {
    /// What an execution is, in answers and callbacks.
    static let executions: [JSONValue.Member] = [
        .init(
            name: "Execution",
            value: .record(
                "One request to run code, and what became of it. The members of its run stand at"
                    + " the top; where `runs` were asked for, those at the top are empty.",
                heading + streams + end + [
                    ("compile", ["anyOf": [.schema("CompileStage"), ["type": "null"]]]),
                    ("runs", runs), ("files", .list("As `outputs` asked.", of: outputFile)),
                    ("limits", .schema("Limits")),
                ] + ending
            )
        ),
        .init(
            name: "ExecutionSummary",
            value: .record(
                "An execution without what its program wrote, as lists have it.",
                heading + end + ending
            )
        ),
        .init(
            name: "Stage",
            value: .record("A run of the program.", stage)
        ),
        .init(
            name: "CompileStage",
            value: .record(
                "The compiler's work. Where it is `cached`, nothing was compiled this time: the same"
                    + " sources were before, and the other members say what came of it then.",
                stage + [("cached", .flag("whether the program was made before"))]
            )
        ),
        .init(
            name: "Limits",
            value: .record(
                "What each run was held to.",
                Limit.allCases.map { ($0.rawValue, .whole($0.definition.about)) }
            )
        ),
        .init(name: "ExecutionRequest", value: request), .init(name: "TrialRequest", value: trial),
        .init(
            name: "ExecutionFinished",
            value: .record(
                "What is posted to a `callback_url`.",
                [
                    ("type", .constant("execution.finished")),
                    ("timestamp", .timestamp("its end")), ("data", .schema("Execution")),
                ]
            )
        ),
    ]

    private static let heading: [JSONValue.Field] = [
        ("id", .identifier("exe_")),
        ("status", .choice("", Execution.Status.allCases.map(\.rawValue))),
        ("language", .text("the runtime's name")), ("version", .text("the runtime's version")),
        ("project_id", JSONValue.identifier("prj_", "the project that it was asked of").orNull),
        ("task_id", JSONValue.identifier("tsk_", "the task that it is an attempt of").orNull),
    ]

    private static let end: [JSONValue.Field] = [
        ("exit_code", JSONValue.whole("where it exited by itself", max: 255).orNull),
        ("signal", JSONValue.whole("the number of what ended it", min: 1, max: 64).orNull),
        ("usage", ["anyOf": [usage, ["type": "null"]]]),
        (
            "refused_calls",
            .list("system calls that were refused, which can be why it failed", of: .text())
        ),
    ]

    private static let ending: [JSONValue.Field] = [
        ("attempts", .whole("how often it was begun")), ("created_at", .timestamp()),
        ("started_at", JSONValue.timestamp().orNull),
        ("finished_at", JSONValue.timestamp().orNull),
        ("metadata", .map("as it was given", of: .text())),
    ]

    private static let stage: [JSONValue.Field] =
        [("status", .choice("What became of it.", stageStatuses))] + streams + end

    private static let streams: [JSONValue.Field] = ["stdout", "stderr"].flatMap { name in
        [
            (name, .text("what it wrote")),
            (name + "_encoding", encoding("`base64` where it is not UTF-8")),
            (name + "_truncated", .flag("whether it wrote more than was kept")),
        ]
    }

    private static let usage = JSONValue.record(
        "",
        [
            ("wall_ms", .real("elapsed time")), ("cpu_ms", .real("of all its processes")),
            ("memory_bytes", .whole("the peak of the whole jail")),
        ]
    )

    private static let stageStatuses: [String] = {
        let never: Set<Execution.Status> = [
            .queued, .running, .cancelled, .compileFailed, .internalError,
        ]
        return Execution.Status.allCases.filter { !never.contains($0) }.map(\.rawValue)
    }()

    private static let runs: JSONValue = {
        var list = JSONValue.list("One for each of the request's.", of: .schema("Stage"))
        list["type"] = ["array", "null"]
        return list
    }()

    private static let outputFile: JSONValue = [
        "oneOf": [
            .record(
                "A file that the program left.",
                [
                    ("path", .text()), ("content", .text()), ("encoding", encoding("")),
                    ("bytes", .whole("before they were encoded")),
                ]
            ),
            .record(
                "A file that was not taken.",
                [
                    ("path", .text()), ("content", ["type": "null"]),
                    ("encoding", ["type": "null"]), ("bytes", ["type": "null"]),
                    ("error", .choice("", OutputFile.Refusal.allCases.map(\.rawValue))),
                ]
            ),
        ]
    ]

    private static func encoding(_ about: String) -> JSONValue {
        .choice(about, ["utf-8", "base64"])
    }
}

/// What may be sent.
extension Schemas {
    private static let request: JSONValue = {
        var schema = JSONValue.input(
            "What to run, on what, and how.",
            required: ["language"],
            requestFields
        )
        schema["allOf"] = [oneSource, runsCarryTheirInput]
        return schema
    }()

    static let requestFields: [JSONValue.Field] =
        runtime + [
            ("code", .text("One source text, in a file of the runtime's usual name.")),
            ("files", .list("Source files, instead of `code`.", of: sourceFile, min: 1)),
            ("entry", relativePath("The main one of `files`.")),
            ("stdin", .text("The run's standard input.")), ("args", arguments),
            ("env", environment(of: environmentValue)), ("runs", runInputs),
            ("limits", .schema("LimitsAsked")),
            ("compile_limits", .schema("CompileLimitsAsked")), ("outputs", outputs),
            ("callback_url", callbackURL), ("metadata", metadata),
        ]

    private static let trial = JSONValue.input(
        "What a stranger may ask for.",
        required: ["language", "code"],
        runtime + [
            ("code", .text("One source text.")), ("stdin", .text("Its standard input.")),
            ("args", arguments),
        ]
    )

    static let runtime: [JSONValue.Field] = [
        ("language", .schema("Language")),
        (
            "version",
            .text(
                "An exact version, or the start of one up to a dot; otherwise it is the newest.",
                min: 1,
                max: ExecutionReader.nameBytesMax
            )
        ),
    ]

    /// Either `code`, or `files` and perhaps `entry`.
    static let oneSource: JSONValue = [
        "oneOf": [
            [
                "title": "code", "required": ["code"],
                "properties": [
                    "code": ["type": "string"], "files": ["type": "null"],
                    "entry": ["type": "null"],
                ],
            ],
            [
                "title": "files", "required": ["files"],
                "properties": ["files": ["type": "array"], "code": ["type": "null"]],
            ],
        ]
    ]

    static let runsCarryTheirInput: JSONValue = [
        "if": ["required": ["runs"], "properties": ["runs": ["type": "array"]]],
        "then": ["properties": ["stdin": ["type": "null"], "args": ["type": "null"]]],
    ]

    private static let sourceFile: JSONValue = {
        var schema = JSONValue.input(
            "",
            required: ["path", "content"],
            [
                ("path", relativePath("Relative, below the work folder; none twice.")),
                ("content", .text()),
                ("encoding", encoding("Of `content`: `utf-8` unless it is said.")),
            ]
        )
        let base64 = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
        schema["if"] = [
            "required": ["encoding"], "properties": ["encoding": ["const": "base64"]],
        ]
        schema["then"] = ["properties": ["content": ["pattern": .string(base64)]]]
        return schema
    }()

    private static let arguments = JSONValue.list(
        "What the program is started with.",
        of: withoutNUL(max: ProgramInputReader.argumentBytesMax),
        max: ProgramInputReader.argumentsMax
    )

    static func environment(of value: JSONValue) -> JSONValue {
        .map(
            "Variables of its environment.",
            names: .text(
                max: ProgramInputReader.environmentNameBytesMax,
                pattern: "^[A-Za-z_][A-Za-z0-9_]*$"
            ),
            of: value,
            max: ProgramInputReader.environmentMax
        )
    }

    static let environmentValue = withoutNUL(max: ProgramInputReader.totalBytesMax)

    private static let runInputs = JSONValue.list(
        "Compile once, run each of these; instead of `stdin` and `args`.",
        of: .input("", [("stdin", .text()), ("args", arguments)]),
        min: 1,
        max: ExecutionReader.runsMax
    )

    private static let outputs = JSONValue.list(
        "Paths or globs below the work folder, to be returned as `files`.",
        of: relativePath(""),
        max: ExecutionReader.outputsMax
    )

    static let callbackURL = JSONValue.text(
        "Where the execution is posted when it has ended. Only public addresses are called.",
        max: CallbackURL.bytesMax,
        pattern: URLPattern.web,
        format: "uri",
        example: "https://example.com/done"
    )

    static let metadata = JSONValue.map(
        "Pairs of your own, returned as they are.",
        names: .text(min: 1, max: ExecutionReader.metadataKeyCharactersMax),
        of: .text(max: ExecutionReader.metadataValueCharactersMax),
        max: ExecutionReader.metadataPairsMax
    )

    private static func withoutNUL(max: Int) -> JSONValue {
        .text(max: max, pattern: "^[^\\u0000]*$")
    }

    /// The rules of ``RelativePath`` as one pattern.
    static func relativePath(_ about: String) -> JSONValue {
        let component =
            "(?!\\.{1,2}(?:/|$))[^/\\u0000-\\u001f\\u007f-\\u009f]"
            + "{1,\(RelativePath.componentBytesMax)}"
        return .text(
            about,
            max: RelativePath.bytesMax,
            pattern: "^\(component)(?:/\(component)){0,\(RelativePath.componentsMax - 1)}$",
            example: "src/main.py"
        )
    }
}
