public import Domain
import Foundation

/// The stored form of an execution's request.
public struct RequestRecord: StoredRecord {
    public let form: Int?
    let language: String
    let version: String
    let files: [FileRecord]
    let entry: String
    let environment: [String: String]
    let inputs: [InputRecord]
    let hasRuns: Bool
    let limits: LimitsRecord
    let compileLimits: LimitsRecord
    let outputs: [String]
    let callbackURL: String?
    let metadata: [String: String]
    let project: String?
    let task: String?

    public init(_ request: ExecutionRequest) {
        form = Self.newestForm
        language = request.language
        version = request.version
        files = request.files.map(FileRecord.init)
        entry = request.entry
        environment = request.environment
        inputs = request.inputs.map(InputRecord.init)
        hasRuns = request.hasRuns
        limits = LimitsRecord(request.limits)
        compileLimits = LimitsRecord(request.compileLimits)
        outputs = request.outputs
        callbackURL = request.callbackURL
        metadata = request.metadata
        project = request.project
        task = request.task
    }

    public func value() throws(RecordDamage) -> ExecutionRequest {
        guard !inputs.isEmpty else { throw RecordDamage(reason: "it has no inputs") }
        return ExecutionRequest(
            language: language,
            version: version,
            files: files.map { SourceFile(path: $0.path, content: $0.content) },
            entry: entry,
            environment: environment,
            inputs: inputs.map { RunInput(stdin: $0.stdin, arguments: $0.arguments) },
            hasRuns: hasRuns,
            limits: try limits.value(),
            compileLimits: try compileLimits.value(),
            outputs: outputs,
            callbackURL: callbackURL,
            metadata: metadata,
            project: project,
            task: task
        )
    }
}

/// A source file; none of them is executable.
struct FileRecord: Codable, Sendable {
    let path: String
    let content: Data

    init(_ file: SourceFile) {
        path = file.path
        content = file.content
    }
}

struct InputRecord: Codable, Sendable {
    let stdin: Data
    let arguments: [String]

    init(_ input: RunInput) {
        stdin = input.stdin
        arguments = input.arguments
    }
}
