import Domain
import Foundation
import JSON

/// Reads a body into a checked execution request.
///
/// It checks the request against the caller's plan and this machine's runtimes, before quota is
/// charged or a byte is stored. The result is immutable, and all later code relies on it.
struct ExecutionReader {
    static let runsMax = 64
    static let outputsMax = 64
    /// The maximum size of all output patterns together.
    static let outputsBytesMax = 16_384
    static let metadataPairsMax = 16
    static let metadataKeyCharactersMax = 64
    static let metadataValueCharactersMax = 512
    static let nameBytesMax = 64

    let runtimes: Runtimes
    let plan: Plan
    /// The project that supplies the fields that the request leaves out.
    var base: ProjectSources?

    /// Reads the request of a caller with a credential, which may use every field.
    func execution(_ body: JSONValue) throws(APIError) -> ExecutionRequest {
        let description = base == nil ? ExecutionBody.complete : ExecutionBody.ofProject
        return try request(try description.decode(body))
    }

    /// Reads the request of an anonymous caller.
    func trial(_ body: JSONValue) throws(APIError) -> ExecutionRequest {
        try request(try ExecutionBody.trial.decode(body))
    }

    func request(_ body: ExecutionBody) throws(APIError) -> ExecutionRequest {
        let runtime = try runtime(body)
        let project = base?.project
        let limits = try LimitsReader(plan: plan)
            .limits(body, for: runtime, project: project?.limits ?? [:])
        let sources = try SourceReader(runtime: runtime, limits: limits.run, base: base)
            .sources(body)
        let programs = ProgramInputReader()
        let environment = try programs.environment(
            body.environment ?? [:],
            over: project?.environment ?? [:]
        )
        let inputs = try inputs(body)
        try programs.checkTotal(inputs, environment: environment)
        try checkSourceBytes(sources.files, inputs, limit: limits.run[.sourceBytes])
        return ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: sources.files,
            entry: sources.entry,
            environment: environment,
            inputs: inputs,
            hasRuns: body.runs != nil,
            limits: limits.run,
            compileLimits: limits.compile,
            outputs: try outputs(body),
            callbackURL: body.callbackURL,
            metadata: body.metadata ?? [:],
            project: project?.id
        )
    }

    private func runtime(_ body: ExecutionBody) throws(APIError) -> Runtime {
        let project = base?.project
        guard let language = body.language ?? project?.language else {
            throw .field("language", "is required")
        }
        // The project's version applies only to the project's language.
        let isProjects = runtimes.canonicalName(language) == project?.language
        return try RuntimeReader(runtimes: runtimes).runtime(
            language: language,
            version: body.version ?? (isProjects ? project?.version : nil)
        )
    }

    private func inputs(_ body: ExecutionBody) throws(APIError) -> [RunInput] {
        guard let runs = body.runs else { return [RunInput(body.run)] }
        let besides = [("stdin", body.run.stdin != nil), ("args", body.run.arguments != nil)]
        if let name = besides.first(where: \.1)?.0 {
            throw .field(name, "cannot be combined with `runs`")
        }
        return runs.map(RunInput.init)
    }

    private func checkSourceBytes(
        _ files: [SourceFile],
        _ inputs: [RunInput],
        limit: Int64
    ) throws(APIError) {
        let source = files.reduce(0) { $0 + $1.content.count }
        let total = Int64(inputs.reduce(source) { $0 + $1.stdin.count })
        guard total <= limit else {
            throw .field(
                "limits.source_bytes",
                "is \(limit), but the source and the standard input are \(total) bytes together",
                value: .integer(total),
                limit: .integer(plan.ceilings[.sourceBytes])
            )
        }
    }

    private func outputs(_ body: ExecutionBody) throws(APIError) -> [String] {
        let patterns = body.outputs ?? []
        try SourceReader.checkNames(patterns, at: "outputs", bytesMax: Self.outputsBytesMax)
        return patterns
    }
}

extension RunInput {
    fileprivate init(_ body: RunBody) {
        self.init(stdin: Data((body.stdin ?? "").utf8), arguments: body.arguments ?? [])
    }
}
