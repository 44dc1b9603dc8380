public import Domain
import Foundation
import JSON

/// The outcome of one stage, and its program's output.
public struct StagePayload: Sendable {
    public internal(set) var status = Execution.Status.queued
    public internal(set) var stdout = EncodedOutput(Output())
    public internal(set) var stderr = EncodedOutput(Output())
    public internal(set) var exitCode: Int32?
    /// The signal's number.
    public internal(set) var signal: Int32?
    var usage: UsagePayload?
    /// The system calls that the kernel refused; they may be why a program failed.
    public internal(set) var refusedCalls: [String] = []
    /// Whether the program of a compile stage came from the cache.
    var isCached = false

    init() {}

    /// Creates a payload without the program's output.
    init(_ stage: StageSummary) {
        status = stage.verdict.status
        switch stage.verdict {
        case .exited(let code): exitCode = code
        case .signaled(let number): signal = number
        default: break
        }
        usage = UsagePayload(stage.usage)
        refusedCalls = stage.refusedCalls
    }

    /// - Parameter lengthMax: the length in JSON to which each output is cut.
    init(_ result: StageResult, lengthMax: Int) {
        self.init(StageSummary(result))
        stdout = EncodedOutput(result.stdout, lengthMax: lengthMax)
        stderr = EncodedOutput(result.stderr, lengthMax: lengthMax)
        isCached = result.isCached
    }
}

extension StagePayload {
    static let run = ObjectDescription.answer(
        "Stage",
        "A run of the program.",
        from: StagePayload(),
        members
    )

    static let compile = ObjectDescription.answer(
        "CompileStage",
        "The compile stage. If `cached`, the server compiled the same sources before, and the other"
            + " fields are the result of that time.",
        from: StagePayload(),
        members + [
            Field("cached", \.isCached, .flag("whether the program came from the compile cache"))
        ]
    )

    private static let members: [Field<StagePayload>] =
        [Field("status", \.status, .choice("The outcome.", statuses))] + streams + outcome

    static let streams = stream("stdout", \.stdout) + stream("stderr", \.stderr)

    static let outcome: [Field<StagePayload>] = [
        Field("exit_code", \.exitCode, orNull: .whole("if the program exited by itself", max: 255)),
        Field("signal", \.signal, orNull: .whole("the signal that ended it", min: 1, max: 64)),
        Field("usage", \.usage, .objectOrNull(UsagePayload.description)),
        Field(
            "refused_calls",
            \.refusedCalls,
            .list("system calls that the filter refused", of: .text())
        ),
    ]

    private static func stream(
        _ name: String,
        _ output: any WritableKeyPath<StagePayload, EncodedOutput> & Sendable
    ) -> [Field<StagePayload>] {
        EncodedOutput.fields(name).map { $0.of(output) }
    }

    /// The statuses that a stage can end with.
    private static let statuses: [Execution.Status] = {
        let never: Set<Execution.Status> = [
            .queued, .running, .cancelled, .compileFailed, .internalError,
        ]
        return Execution.Status.allCases.filter { !never.contains($0) }
    }()
}

/// A program's output on one stream.
public struct EncodedOutput: Sendable {
    var bytes: EncodedBytes
    var isTruncated: Bool

    init(_ output: Output, lengthMax: Int = .max) {
        bytes = EncodedBytes(output.bytes, lengthMax: lengthMax)
        isTruncated = output.isTruncated || bytes.isCut
    }

    /// The output in bytes; `nil` if the text is not valid in its encoding.
    public var output: Output? {
        bytes.data.map { Output(bytes: $0, isTruncated: isTruncated) }
    }

    fileprivate static func fields(_ name: String) -> [Field<EncodedOutput>] {
        [
            Field(name, \.bytes.content, .text("the output")),
            Field(
                name + "_encoding",
                \.bytes.encoding,
                .choice(
                    "`base64` if the output is not UTF-8, or is mostly control characters",
                    EncodedBytes.Encoding.allCases
                )
            ),
            Field(
                name + "_truncated",
                \.isTruncated,
                .flag("whether the output was cut, at its limit or in a callback")
            ),
        ]
    }
}

/// The resources that a stage used.
struct UsagePayload: Sendable {
    var wallMilliseconds = 0.0
    var cpuMilliseconds = 0.0
    var memoryBytes: Int64 = 0

    init() {}

    init(_ usage: Usage) {
        wallMilliseconds = Double(usage.wallMicroseconds) / 1_000
        cpuMilliseconds = Double(usage.cpuMicroseconds) / 1_000
        memoryBytes = usage.memoryBytes
    }

    static let description = ObjectDescription.part(
        from: UsagePayload(),
        [
            Field("wall_ms", \.wallMilliseconds, .real("elapsed time")),
            Field("cpu_ms", \.cpuMilliseconds, .real("processor time of all processes")),
            Field("memory_bytes", \.memoryBytes, .whole("peak memory of the whole jail")),
        ]
    )
}

/// A requested output file: its content, or the reason why it was not collected.
struct OutputFilePayload: Sendable {
    var path = ""
    var content = EncodedBytes(Data())
    /// The size of the file before it was encoded.
    var bytes = 0
    var error = FileRefusal.unreadable
    var isTaken = true

    private init(isTaken: Bool) { self.isTaken = isTaken }

    /// - Parameter lengthMax: the length in JSON above which the file is left out: a part of a file
    ///   could be mistaken for the file.
    init(_ file: OutputFile, lengthMax: Int) {
        path = file.path
        switch file.content {
        case .bytes(let data):
            content = EncodedBytes(data, lengthMax: lengthMax)
            bytes = data.count
            isTaken = !content.isCut
            error = .tooLarge
        case .refused(let refusal):
            isTaken = false
            error = refusal
        }
    }

    static let codec = Codec.either(taken, refused, isFirst: \.isTaken)

    private static let taken = ObjectDescription.part(
        about: "A file that the program left.",
        from: OutputFilePayload(isTaken: true),
        [
            Field("path", \.path, .text()), Field("content", \.content.content, .text()),
            Field("encoding", \.content.encoding, .choice("", EncodedBytes.Encoding.allCases)),
            Field("bytes", \.bytes, .whole("size of the file")),
        ]
    )

    private static let refused = ObjectDescription.part(
        about: "A file that the server could not return.",
        from: OutputFilePayload(isTaken: false),
        [
            Field("path", \.path, .text()), .null("content"), .null("encoding"), .null("bytes"),
            Field("error", \.error, .choice("", FileRefusal.allCases)),
        ]
    )
}
