import Domain
import Foundation
import Identity

/// Reads what a project is to be: whole, or what is to change of it.
struct ProjectReader: Sendable {
    /// In Unicode scalars.
    static let descriptionLengthMax = 2_000
    /// Room for every member at its longest, each character of it escaped.
    static let bodyBytesMax = 262_144

    let runtimes: Runtimes
    let plan: Plan

    func fields(_ body: JSONValue) throws(APIError) -> Fields {
        try Fields(
            body,
            known: ["name", "description", "language", "version", "entry", "env", "limits"]
        )
    }

    func project(
        _ fields: Fields,
        id: String,
        organization: String,
        at date: Date
    ) throws(APIError) -> Project {
        var project = Project(
            id: id,
            organization: organization,
            name: try name(fields),
            createdAt: date,
            updatedAt: date
        )
        try change(&project, fields)
        return project
    }

    /// Sets what is given; `null` clears it.
    func change(_ project: inout Project, _ fields: Fields) throws(APIError) {
        if fields.mentions("name") { project.name = try name(fields) }
        if fields.mentions("description") { project.description = try description(fields) }
        if fields.mentions("language") || fields.mentions("version") {
            try changeRuntime(&project, fields)
        }
        if fields.mentions("entry") {
            project.entry = try SourceReader.path("entry", of: fields)
        }
        if fields.mentions("env") {
            project.environment = try environment(fields, over: project.environment)
        }
        if fields.mentions("limits") {
            project.limits = try LimitsReader(plan: plan)
                .limits("limits", of: fields, allowing: Limit.allCases)
        }
    }

    private func name(_ fields: Fields) throws(APIError) -> String {
        let name = try fields.required("name", bytesMax: Self.bodyBytesMax)
        guard DisplayName.isAcceptable(name) else {
            throw .field(
                "name",
                DisplayName.rule,
                value: .string(name),
                limit: JSONValue(DisplayName.lengthMax)
            )
        }
        return name
    }

    private func description(_ fields: Fields) throws(APIError) -> String {
        let text = try fields.string("description", bytesMax: Self.bodyBytesMax) ?? ""
        let length = text.unicodeScalars.count
        guard length <= Self.descriptionLengthMax else {
            let most = Self.descriptionLengthMax
            throw .field(
                "description",
                "is \(length) characters long, above the limit of \(most)",
                value: JSONValue(length),
                limit: JSONValue(most)
            )
        }
        let isText = text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || scalar == "\t" || scalar.properties.generalCategory != .control
        }
        guard isText else {
            throw .field(
                "description",
                "must not hold control characters other than line feeds and tabs"
            )
        }
        return text
    }

    /// Both are judged together, since a version is one of a language.
    ///
    /// The language is kept by its name and not by an alias; the version as it was given, so that
    /// `3` goes on to mean the newest.
    private func changeRuntime(_ project: inout Project, _ fields: Fields) throws(APIError) {
        let bytesMax = ExecutionReader.nameBytesMax
        if fields.mentions("language") {
            project.language = try fields.string("language", bytesMax: bytesMax)
        }
        if fields.mentions("version") {
            project.version = try fields.string("version", bytesMax: bytesMax)
        }
        guard let language = project.language else {
            guard project.version == nil else {
                throw .field("version", "is one of a language, and the project has none")
            }
            return
        }
        project.language = try RuntimeReader(runtimes: runtimes)
            .runtime(language: language, version: project.version).name
    }

    private func environment(
        _ fields: Fields,
        over present: [String: String]
    ) throws(APIError) -> [String: String] {
        guard fields.has("env") else { return [:] }
        let environment = try ProgramInputReader()
            .environment(fields, over: present, nullRemoves: true)
        let bytes = ProgramInputReader.bytes(of: environment)
        let bytesMax = ProgramInputReader.totalBytesMax
        guard bytes <= bytesMax else {
            throw .field(
                "env",
                "is \(bytes) bytes together, above the limit of \(bytesMax)",
                value: JSONValue(bytes),
                limit: JSONValue(bytesMax)
            )
        }
        return environment
    }
}
