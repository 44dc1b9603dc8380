import Domain
import JSON

/// The body of a request to create or change a project; ``ProjectReader`` interprets it.
struct ProjectBody: Sendable {
    var name: String?
    var description: Change<String>?
    var language: Change<String>?
    var version: Change<String>?
    var entry: Change<String>?
    /// The environment; in a change, a `nil` value removes the variable.
    var environment: Change<[String: String?]>?
    var limits: Change<LimitsBody>?

    static let new = ObjectDescription.request(
        "NewProject",
        "A new project.",
        from: ProjectBody(),
        required: ["name"],
        fields,
        rules: [
            .init(
                name: "if",
                value: [
                    "required": ["version"], "properties": ["version": ["type": "string"]],
                ]
            ),
            .init(
                name: "then",
                value: [
                    "required": ["language"], "properties": ["language": ["type": "string"]],
                ]
            ),
        ]
    )

    static let change = ObjectDescription.request(
        "ProjectChange",
        "Changes of a project.",
        from: ProjectBody(),
        fields
    )

    private static let fields: [Field<ProjectBody>] = [
        Field("name", \.name, neverNull: .name(bytesMax: ProjectReader.bodyBytesMax)),
        Field("description", \.description, clearable: .projectDescription),
        Field("language", \.language, clearable: .language),
        Field("version", \.version, clearable: .version),
        Field("entry", \.entry, clearable: .relativePath("The path of the main file.")),
        Field(
            "env",
            \.environment,
            clearable: .environment(of: Codec<String>.environmentValue.orNull)
        ), Field("limits", \.limits, clearable: .object(LimitsBody.run())),
    ]
}

extension Codec<String> {
    fileprivate static var projectDescription: Codec {
        Codec.prose(
            charactersMax: ProjectReader.descriptionLengthMax,
            pattern: "^[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f]*$"
        ).checked { text, path throws(APIError) in
            let isText = text.unicodeScalars.allSatisfy { scalar in
                scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
            }
            guard isText else {
                throw .field(
                    path,
                    "must not hold control characters other than line feeds and tabs"
                )
            }
        }
    }
}
