import Domain
public import Foundation
import JSON

/// The body of a request to run code, as its caller wrote it; ``ExecutionReader`` interprets it.
public struct ExecutionBody: Sendable {
    public var language: String?
    var version: String?
    public var code: String?
    public var files: [SourceFileBody]?
    var entry: String?
    public var run = RunBody()
    var environment: [String: String]?
    var runs: [RunBody]?
    var limits: LimitsBody?
    var compileLimits: LimitsBody?
    var outputs: [String]?
    var callbackURL: String?
    var metadata: [String: String]?

    public init() {}

    /// The body as a JSON text in UTF-8.
    public func encoded() -> Data { Data(JSONWriter.bytes(of: Self.complete.encode(self))) }
}

extension ExecutionBody {
    /// The whole contract, for callers with a credential.
    static let complete = ObjectDescription.request(
        "ExecutionRequest",
        "The program, its input and its limits.",
        from: ExecutionBody(),
        required: ["language"],
        fields,
        rules: [.init(name: "allOf", value: [oneSource, runsCarryTheirInput])]
    )

    /// The fields of a request that runs a project.
    ///
    /// All are optional, since the project may have them.
    static let ofProject = ObjectDescription.request(
        "ProjectExecutionRequest",
        "Fields to merge into the project.",
        from: ExecutionBody(),
        fields,
        rules: [.init(name: "allOf", value: [codeOrFiles, runsCarryTheirInput])]
    )

    static let trial = ObjectDescription.request(
        "TrialRequest",
        "A request without a credential.",
        from: ExecutionBody(),
        required: ["language", "code"],
        runtime + [
            Field("code", \.code, optional: .text("One source text.")),
            Field("stdin", \.run.stdin, optional: .text("Standard input.")),
            RunBody.arguments.of(\.run),
        ]
    )

    static let fields: [Field<ExecutionBody>] =
        runtime + [
            Field(
                "code",
                \.code,
                optional: .text("One source text; its file has the runtime's usual name.")
            ),
            Field(
                "files",
                \.files,
                optional: .list(
                    "Source files, in place of `code`.",
                    of: .object(SourceFileBody.description),
                    min: 1,
                    readsEmpty: true  // beside `code`, that is the error to report
                )
            ), Field("entry", \.entry, optional: .entry("The path of the main file in `files`.")),
            Field("stdin", \.run.stdin, optional: .text("Standard input of the run.")),
            RunBody.arguments.of(\.run),
            Field("env", \.environment, optional: .environment(of: .environmentValue)),
            Field("runs", \.runs, optional: runInputs),
            Field("limits", \.limits, optional: .object(LimitsBody.run())),
            Field("compile_limits", \.compileLimits, optional: .object(LimitsBody.compile())),
            Field("outputs", \.outputs, optional: outputPatterns),
            Field("callback_url", \.callbackURL, optional: .callbackURL),
            Field("metadata", \.metadata, optional: .metadata),
        ]

    private static let runtime: [Field<ExecutionBody>] = [
        Field("language", \.language, optional: .language),
        Field("version", \.version, optional: .version),
    ]

    private static let runInputs = Codec.list(
        "The server compiles once and runs each, in place of `stdin` and `args`.",
        of: .object(RunBody.description),
        min: 1,
        max: ExecutionReader.runsMax
    )

    private static let outputPatterns = Codec.list(
        "Paths or globs below the work folder; the answer has them as `files`.",
        of: .relativePath(""),
        max: ExecutionReader.outputsMax
    )
}

/// The input of one run.
public struct RunBody: Sendable {
    public var stdin: String?
    public var arguments: [String]?

    static let description = ObjectDescription.request(
        nil,
        from: RunBody(),
        [Field("stdin", \.stdin, optional: .text()), arguments]
    )

    static let arguments = Field(
        "args",
        \RunBody.arguments,
        optional: .list(
            "Arguments of the program.",
            of: .withoutNUL(bytesMax: ProgramInputReader.argumentBytesMax),
            max: ProgramInputReader.argumentsMax
        )
    )
}

/// One of the source files.
public struct SourceFileBody: Sendable {
    var path = ""
    var content = ""
    var encoding: String?

    /// Creates a source file from bytes, which need not be text.
    public init(path: String, content: Data) {
        self.path = path
        self.content = content.base64EncodedString()
        encoding = EncodedBytes.Encoding.base64.rawValue
    }

    private init() {}

    /// The bytes of the file; `nil` if `content` is not valid in its encoding.
    var data: Data? {
        switch encoding.flatMap(EncodedBytes.Encoding.init) {
        case .base64: Data(base64Encoded: content)
        case .utf8, nil: Data(content.utf8)
        }
    }

    static let description = ObjectDescription.request(
        nil,
        from: SourceFileBody(),
        [
            Field("path", \.path, .relativePath("Relative to the work folder; unique.")),
            Field("content", \.content, .text()),
            Field("encoding", \.encoding, optional: .contentEncoding),
        ],
        rules: [
            .init(
                name: "if",
                value: [
                    "required": ["encoding"], "properties": ["encoding": ["const": "base64"]],
                ]
            ),
            .init(
                name: "then",
                value: ["properties": ["content": ["pattern": .string(base64)]]]
            ),
        ]
    )

    private static let base64 =
        "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
}

// MARK: - Rules of several members

extension ExecutionBody {
    /// The rule: either `code`, or `files` with an optional `entry`.
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

    private static let codeOrFiles: JSONValue = [
        "if": ["required": ["code"], "properties": ["code": ["type": "string"]]],
        "then": ["properties": ["files": ["type": "null"]]],
    ]
}
