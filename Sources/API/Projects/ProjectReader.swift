import Domain
import Foundation
import JSON

/// Reads a body into a new project, or into changes of a project.
struct ProjectReader: Sendable {
    /// The maximum length of a description, in Unicode scalars.
    static let descriptionLengthMax = 2_000
    /// The maximum size of a body: enough for every member at its longest, with each character
    /// escaped.
    static let bodyBytesMax = 262_144

    let runtimes: Runtimes
    let plan: Plan

    func project(
        _ body: JSONValue,
        id: String,
        organization: String,
        at date: Date
    ) throws(APIError) -> Project {
        let body = try ProjectBody.new.decode(body)
        var project = Project(
            id: id,
            organization: organization,
            name: body.name ?? "",
            createdAt: date,
            updatedAt: date
        )
        try change(&project, body)
        return project
    }

    /// Changes the members that the body has; `null` clears a member.
    func change(_ project: inout Project, _ body: ProjectBody) throws(APIError) {
        if let name = body.name { project.name = name }
        if let description = body.description { project.description = description.value ?? "" }
        if body.language != nil || body.version != nil { try changeRuntime(&project, body) }
        if let entry = body.entry { project.entry = entry.value }
        if let environment = body.environment {
            project.environment = try self.environment(environment, over: project.environment)
        }
        if let limits = body.limits {
            project.limits = try LimitsReader(plan: plan)
                .limits(limits.value ?? [:], at: "limits")
        }
    }

    /// Changes the language and the version; they are checked together, since a version belongs to
    /// a language.
    ///
    /// The language is stored by its name, not by an alias. The version is stored as it was given,
    /// so that `3` continues to mean the newest.
    private func changeRuntime(_ project: inout Project, _ body: ProjectBody) throws(APIError) {
        if let language = body.language { project.language = language.value }
        if let version = body.version { project.version = version.value }
        guard let language = project.language else {
            guard project.version == nil else {
                throw .field("version", "needs a language, and the project has none")
            }
            return
        }
        project.language = try RuntimeReader(runtimes: runtimes)
            .runtime(language: language, version: project.version).name
    }

    private func environment(
        _ change: Change<[String: String?]>,
        over present: [String: String]
    ) throws(APIError) -> [String: String] {
        guard case .set(let given) = change else { return [:] }
        let environment = try ProgramInputReader().environment(given, over: present)
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
