import Domain
import JSON

extension Project {
    /// A project as callers see it.
    ///
    /// It shows only the names of the environment, since the values are often secrets.
    static let payload = ObjectDescription<Project>.answer(
        "Project",
        "Files, a language, an entry, an environment and limits.",
        [
            Field("id", \.id, .identifier("prj_")), Field("name", \.name, .name()),
            Field("description", \.description, .text()),
            Field("language", \.language, orNull: .text("the runtime's name")),
            Field("version", \.version, orNull: .text("or a prefix of one")),
            Field("entry", \.entry, orNull: .text("the path of the main file")),
            Field(
                "env",
                \.environmentNames,
                .list(
                    "Names of environment variables; the API never returns values.",
                    of: .text()
                )
            ), Field("limits", \.limits, .object(limitsGiven)),
            Field("created_at", \.createdAt, .timestamp()),
            Field("updated_at", \.updatedAt, .timestamp()),
        ]
    )

    private static let limitsGiven = ObjectDescription<[Limit: Int64]>.part(
        about: "The default limits of its executions, within the plan's ceilings.",
        Limit.allCases.map {
            Field($0.rawValue, \[Limit: Int64][$0], optional: .whole($0.definition.about))
        }
    )

    private var environmentNames: [String] { environment.keys.sorted() }

    var json: JSONValue { Self.payload.encode(self) }
}

extension ProjectFile {
    static let payload = ObjectDescription<ProjectFile>.answer(
        "ProjectFile",
        "A file of a project.",
        [
            Field("path", \.path, .text()), Field("bytes", \.bytes, .whole()),
            Field("updated_at", \.updatedAt, .timestamp()),
        ]
    )

    var json: JSONValue { Self.payload.encode(self) }
}
