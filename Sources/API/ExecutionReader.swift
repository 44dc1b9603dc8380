import Domain
import Foundation

/// Turns a body into an execution that nothing more can be refused of.
///
/// Everything is held here against the caller's plan and this machine's runtimes, before quota is
/// charged or a byte is kept. What passes is immutable, and everybody after this point may rely on
/// it.
struct ExecutionReader {
    static let runsMax = 64
    static let outputsMax = 64
    /// Of all patterns together.
    static let outputsBytesMax = 16_384
    static let metadataPairsMax = 16
    static let metadataKeyCharactersMax = 64
    static let metadataValueCharactersMax = 512
    static let nameBytesMax = 64

    let runtimes: Runtimes
    let plan: Plan
    /// The project that the request is laid over: what the request leaves out, it has from there.
    var base: ProjectSources?

    /// The whole contract, for callers with a credential.
    func execution(_ body: JSONValue) throws(APIError) -> ExecutionRequest {
        try request(try Fields(body, known: Self.fieldNames))
    }

    static let fieldNames = [
        "language", "version", "code", "files", "entry", "stdin", "args", "env", "runs", "limits",
        "compile_limits", "outputs", "callback_url", "metadata",
    ]

    /// What a stranger may ask for.
    func trial(_ body: JSONValue) throws(APIError) -> ExecutionRequest {
        try request(
            try Fields(body, known: ["language", "version", "code", "stdin", "args"])
        )
    }

    /// What the fields of an execution say, whatever else stands beside them.
    func request(_ fields: Fields) throws(APIError) -> ExecutionRequest {
        let runtime = try runtime(fields)
        let project = base?.project
        let limits = try LimitsReader(plan: plan)
            .limits(fields, for: runtime, project: project?.limits ?? [:])
        let sources = try SourceReader(runtime: runtime, limits: limits.run, base: base)
            .sources(fields)
        let programs = ProgramInputReader()
        let environment = try programs.environment(fields, over: project?.environment ?? [:])
        let runs = try runs(fields)
        var inputs = runs ?? []
        if runs == nil { inputs.append(try input(fields)) }
        try programs.checkTotal(inputs, environment: environment)
        try checkSourceBytes(sources.files, inputs, limit: limits.run[.sourceBytes])
        return ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: sources.files,
            entry: sources.entry,
            environment: environment,
            inputs: inputs,
            hasRuns: runs != nil,
            limits: limits.run,
            compileLimits: limits.compile,
            outputs: try outputs(fields),
            callbackURL: try callbackURL(fields),
            metadata: try metadata(fields),
            project: project?.id
        )
    }

    private func runtime(_ fields: Fields) throws(APIError) -> Runtime {
        let given = try fields.string("language", bytesMax: Self.nameBytesMax)
        let version = try fields.string("version", bytesMax: Self.nameBytesMax)
        let project = base?.project
        guard let language = given ?? project?.language else {
            throw .field("language", "is required")
        }
        // A version is one of a language: the project's says nothing of any but its own.
        let isProjects = runtimes.canonicalName(language) == project?.language
        return try RuntimeReader(runtimes: runtimes).runtime(
            language: language,
            version: version ?? (isProjects ? project?.version : nil)
        )
    }

    private func input(_ fields: Fields) throws(APIError) -> RunInput {
        RunInput(
            stdin: Data(try fields.string("stdin", bytesMax: .max)?.utf8 ?? "".utf8),
            arguments: try ProgramInputReader().arguments(fields)
        )
    }

    private func runs(_ fields: Fields) throws(APIError) -> [RunInput]? {
        guard let elements = try fields.array("runs", countMax: Self.runsMax) else { return nil }
        for name in ["stdin", "args"] where fields.has(name) {
            throw .field(name, "cannot stand beside `runs`, whose elements carry their own")
        }
        guard !elements.isEmpty else {
            throw .field("runs", "must have at least one element", limit: .integer(1))
        }
        var inputs: [RunInput] = []
        for element in elements {
            let run = try Fields(element.value, at: element.path, known: ["stdin", "args"])
            inputs.append(try input(run))
        }
        return inputs
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

    private func outputs(_ fields: Fields) throws(APIError) -> [String] {
        let bytesMax = RelativePath.bytesMax
        let patterns = try fields.strings(
            "outputs",
            countMax: Self.outputsMax,
            bytesMax: bytesMax
        )
        for (index, pattern) in (patterns ?? []).enumerated() {
            if let flaw = RelativePath.flaw(in: pattern) {
                throw .field("outputs[\(index)]", flaw, value: .string(pattern))
            }
        }
        try SourceReader.checkNames(patterns ?? [], at: "outputs", bytesMax: Self.outputsBytesMax)
        return patterns ?? []
    }

    private func callbackURL(_ fields: Fields) throws(APIError) -> String? {
        guard let text = try fields.string("callback_url", bytesMax: CallbackURL.bytesMax) else {
            return nil
        }
        do throws(CallbackURLError) {
            return try CallbackURL(text).text
        } catch {
            throw .field("callback_url", "\(error)")
        }
    }

    private func metadata(_ fields: Fields) throws(APIError) -> [String: String] {
        let members = try fields.object("metadata", countMax: Self.metadataPairsMax) ?? []
        var pairs: [String: String] = [:]
        for member in members {
            let keyLength = member.name.unicodeScalars.count
            guard (1...Self.metadataKeyCharactersMax).contains(keyLength) else {
                let most = Self.metadataKeyCharactersMax
                throw .field(
                    "metadata",
                    "must have keys of 1 to \(most) characters",
                    value: JSONValue(keyLength),
                    limit: JSONValue(most)
                )
            }
            let value = try member.value.string(at: member.path, bytesMax: .max)
            let length = value.unicodeScalars.count
            guard length <= Self.metadataValueCharactersMax else {
                let most = Self.metadataValueCharactersMax
                throw .field(
                    member.path,
                    "is \(length) characters long, above the limit of \(most)",
                    value: JSONValue(length),
                    limit: JSONValue(most)
                )
            }
            pairs[member.name] = value
        }
        return pairs
    }
}
