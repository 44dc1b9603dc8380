// Target `Domain`: executions, tasks, projects, accounts, plans and deliveries, and the ports:
// stores, sandbox, compile cache, clock.
// Border: values and protocols only. It opens no file, no socket and no database.
// Every unprivileged target may import it; it imports none of ours but `Vocabulary`.

public import Foundation

/// A caller's request to run code, validated against its plan and an installed runtime.
public struct ExecutionRequest: Sendable, Hashable {
    /// The runtime's name; with the exact version, a queued request finds it again after a restart.
    public var language: String
    public var version: String
    public var files: [SourceFile]
    /// The path of the main file; one of `files`.
    public var entry: String
    public var environment: [String: String]
    /// The inputs of the run stages, at least one.
    ///
    /// There can be more than one only where the caller sent `runs`.
    public var inputs: [RunInput]
    /// Whether the caller sent `runs`, and so expects a list of stages in the answer.
    public var hasRuns: Bool
    public var limits: Limits
    public var compileLimits: Limits
    /// The paths or globs of the files to return, below the work folder.
    public var outputs: [String]
    public var callbackURL: String?
    public var metadata: [String: String]
    /// The project whose files the execution runs.
    public var project: String?
    /// The task of which the execution is an attempt.
    public var task: String?

    public init(
        language: String,
        version: String,
        files: [SourceFile],
        entry: String,
        environment: [String: String] = [:],
        inputs: [RunInput] = [RunInput()],
        hasRuns: Bool = false,
        limits: Limits,
        compileLimits: Limits,
        outputs: [String] = [],
        callbackURL: String? = nil,
        metadata: [String: String] = [:],
        project: String? = nil,
        task: String? = nil
    ) {
        self.language = language
        self.version = version
        self.files = files
        self.entry = entry
        self.environment = environment
        self.inputs = inputs
        self.hasRuns = hasRuns
        self.limits = limits
        self.compileLimits = compileLimits
        self.outputs = outputs
        self.callbackURL = callbackURL
        self.metadata = metadata
        self.project = project
        self.task = task
    }
}

/// A file for the work folder.
///
/// The path is relative and valid.
public struct SourceFile: Sendable, Hashable {
    public var path: String
    public var content: Data
    /// Whether everybody may execute the file, as with a compiled program; callers cannot set it.
    public var isExecutable = false

    public init(path: String, content: Data, isExecutable: Bool = false) {
        self.path = path
        self.content = content
        self.isExecutable = isExecutable
    }
}

/// The input of one run stage.
public struct RunInput: Sendable, Hashable {
    public var stdin: Data
    public var arguments: [String]

    public init(stdin: Data = Data(), arguments: [String] = []) {
        self.stdin = stdin
        self.arguments = arguments
    }
}

/// One request to run code, and its state.
public struct Execution: Sendable, Hashable {
    /// `exe_` and 26 characters that sort by time of creation.
    public let id: String
    public let owner: Owner
    public let request: ExecutionRequest
    public let createdAt: Date
    public var state: State
    /// The number of started attempts: 0 while the execution waits for the first, more than 1 where
    /// a fault of ours or the end of this service interrupted one.
    public var attempts: Int

    public init(
        id: String,
        owner: Owner,
        request: ExecutionRequest,
        createdAt: Date,
        state: State,
        attempts: Int = 0
    ) {
        self.id = id
        self.owner = owner
        self.request = request
        self.createdAt = createdAt
        self.state = state
        self.attempts = attempts
    }

    public enum State: Sendable, Hashable {
        case queued
        case running(since: Date)
        case finished(ExecutionResult, startedAt: Date, finishedAt: Date)
        case cancelled(startedAt: Date?, finishedAt: Date)
        /// A failure of the service, not of the program.
        case faulted(startedAt: Date?, finishedAt: Date)
    }

    /// The status as callers see it.
    public var status: Status {
        switch state {
        case .queued: .queued
        case .running: .running
        case .finished(let result, _, _): result.status
        case .cancelled: .cancelled
        case .faulted: .internalError
        }
    }

    public var isFinished: Bool {
        switch state {
        case .queued, .running: false
        case .finished, .cancelled, .faulted: true
        }
    }

    public enum Status: String, Sendable, Codable, CaseIterable {
        case queued, running, cancelled, succeeded, failed, signaled
        case timedOut = "timed_out"
        case cpuTimeExceeded = "cpu_time_exceeded"
        case memoryExceeded = "memory_exceeded"
        case outputExceeded = "output_exceeded"
        case compileFailed = "compile_failed"
        case internalError = "internal_error"
    }
}

/// The result of an execution, stage by stage.
public struct ExecutionResult: Sendable, Hashable {
    /// `nil` where the runtime has no compile stage.
    public var compile: StageResult?
    /// The run stages, one for each input; empty where compiling failed.
    public var runs: [StageResult]
    public var files: [OutputFile]

    public init(compile: StageResult?, runs: [StageResult], files: [OutputFile]) {
        self.compile = compile
        self.runs = runs
        self.files = files
    }

    /// The status of a failed compile stage, else of the first run that did not succeed.
    public var status: Execution.Status {
        if let compile, compile.verdict.status != .succeeded { return .compileFailed }
        return runs.map(\.verdict.status).first { $0 != .succeeded } ?? .succeeded
    }
}

/// The outcome of one stage.
public struct StageResult: Sendable, Hashable {
    public var verdict: Verdict
    public var stdout: Output
    public var stderr: Output
    public var usage: Usage
    /// The names of the first system calls that were refused to the program, each once.
    ///
    /// A refused call need not make the program fail, but it can explain a failure.
    public var refusedCalls: [String]
    /// Whether the compile stage was skipped and this is the result of an earlier one.
    public var isCached: Bool

    public init(
        verdict: Verdict,
        stdout: Output,
        stderr: Output,
        usage: Usage,
        refusedCalls: [String] = [],
        isCached: Bool = false
    ) {
        self.verdict = verdict
        self.stdout = stdout
        self.stderr = stderr
        self.usage = usage
        self.refusedCalls = refusedCalls
        self.isCached = isCached
    }
}

extension Verdict {
    public var status: Execution.Status {
        switch self {
        case .exited(code: 0): .succeeded
        case .exited: .failed
        case .signaled: .signaled
        case .timedOut: .timedOut
        case .cpuTimeExceeded: .cpuTimeExceeded
        case .memoryExceeded: .memoryExceeded
        case .outputExceeded: .outputExceeded
        }
    }
}

/// The bytes that a stage wrote, up to its limit.
public struct Output: Sendable, Hashable {
    public var bytes: Data
    public var isTruncated: Bool

    public init(bytes: Data = Data(), isTruncated: Bool = false) {
        self.bytes = bytes
        self.isTruncated = isTruncated
    }
}
