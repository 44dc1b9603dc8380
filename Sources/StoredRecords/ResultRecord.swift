public import Domain
import Foundation

/// The stored form of an execution's result, stage by stage.
public struct ResultRecord: StoredRecord {
    public let form: Int?
    let compile: StageRecord?
    let runs: [StageRecord]
    let files: [OutputFileRecord]

    public init(_ result: ExecutionResult) {
        form = Self.newestForm
        compile = result.compile.map(StageRecord.init)
        runs = result.runs.map(StageRecord.init)
        files = result.files.map(OutputFileRecord.init)
    }

    public func value() throws(RecordDamage) -> ExecutionResult {
        var runs: [StageResult] = []
        for run in self.runs { runs.append(try run.value()) }
        var files: [OutputFile] = []
        for file in self.files { files.append(try file.value()) }
        return ExecutionResult(compile: try compile?.value(), runs: runs, files: files)
    }
}

/// The outcome of one stage.
public struct StageRecord: StoredRecord {
    public let form: Int?
    let verdict: VerdictRecord
    let stdout: OutputRecord
    let stderr: OutputRecord
    let usage: UsageRecord
    /// The refused calls; absent in records of the first release.
    let refusedCalls: [String]?
    /// Whether the stage was cached; absent in records of the first release.
    let isCached: Bool?

    public init(_ stage: StageResult) {
        form = Self.newestForm
        verdict = VerdictRecord(stage.verdict)
        stdout = OutputRecord(stage.stdout)
        stderr = OutputRecord(stage.stderr)
        usage = UsageRecord(stage.usage)
        refusedCalls = stage.refusedCalls
        isCached = stage.isCached
    }

    public func value() throws(RecordDamage) -> StageResult {
        StageResult(
            verdict: verdict.value,
            stdout: stdout.value,
            stderr: stderr.value,
            usage: usage.value,
            refusedCalls: refusedCalls ?? [],
            isCached: isCached ?? false
        )
    }
}

enum VerdictRecord: Codable, Sendable {
    case exited(code: Int32)
    case signaled(signal: Int32)
    case timedOut
    case cpuTimeExceeded
    case memoryExceeded
    case outputExceeded

    init(_ verdict: Verdict) {
        self =
            switch verdict {
            case .exited(let code): .exited(code: code)
            case .signaled(let signal): .signaled(signal: signal)
            case .timedOut: .timedOut
            case .cpuTimeExceeded: .cpuTimeExceeded
            case .memoryExceeded: .memoryExceeded
            case .outputExceeded: .outputExceeded
            }
    }

    var value: Verdict {
        switch self {
        case .exited(let code): .exited(code: code)
        case .signaled(let signal): .signaled(signal: signal)
        case .timedOut: .timedOut
        case .cpuTimeExceeded: .cpuTimeExceeded
        case .memoryExceeded: .memoryExceeded
        case .outputExceeded: .outputExceeded
        }
    }
}

struct OutputRecord: Codable, Sendable {
    let bytes: Data
    let isTruncated: Bool

    init(_ output: Output) {
        bytes = output.bytes
        isTruncated = output.isTruncated
    }

    var value: Output { Output(bytes: bytes, isTruncated: isTruncated) }
}

struct UsageRecord: Codable, Sendable {
    let wallMicroseconds: Int64
    let cpuMicroseconds: Int64
    let memoryBytes: Int64

    init(_ usage: Usage) {
        wallMicroseconds = usage.wallMicroseconds
        cpuMicroseconds = usage.cpuMicroseconds
        memoryBytes = usage.memoryBytes
    }

    var value: Usage {
        Usage(
            wallMicroseconds: wallMicroseconds,
            cpuMicroseconds: cpuMicroseconds,
            memoryBytes: memoryBytes
        )
    }
}

struct OutputFileRecord: Codable, Sendable {
    let path: String
    let content: Content

    enum Content: Codable, Sendable {
        case bytes(Data)
        case refused(String)
    }

    init(_ file: OutputFile) {
        path = file.path
        content =
            switch file.content {
            case .bytes(let bytes): .bytes(bytes)
            case .refused(let refusal): .refused(refusal.rawValue)
            }
    }

    func value() throws(RecordDamage) -> OutputFile {
        switch content {
        case .bytes(let bytes): return OutputFile(path: path, content: .bytes(bytes))
        case .refused(let name):
            guard let refusal = FileRefusal(rawValue: name) else {
                throw RecordDamage(reason: "a file is refused for a reason that is unknown")
            }
            return OutputFile(path: path, content: .refused(refusal))
        }
    }
}
