import Domain
import Foundation

/// An execution as a server tells of it, as far as a terminal shows it.
struct RemoteExecution: Decodable, Sendable {
    let id: String
    let status: Execution.Status
    /// How it ended; `nil` where it has not, or nothing was run.
    let report: ProgramReport?

    var isFinished: Bool { status != .queued && status != .running }

    private enum CodingKeys: String, CodingKey { case id, status, compile, limits }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        // It becomes a part of addresses.
        guard id.wholeMatch(of: /exe_[0-9a-z]{1,64}/) != nil else {
            throw DecodingError.dataCorruptedError(
                forKey: .id,
                in: container,
                debugDescription: "no id of an execution"
            )
        }
        status = try container.decode(Execution.Status.self, forKey: .status)
        // A server of another release may have other limits.
        let values = try container.decode([String: Int64].self, forKey: .limits)
        let limits = Limits { values[$0.rawValue] ?? 0 }
        let compile = try container.decodeIfPresent(RemoteStage.self, forKey: .compile)
        // The members of the run stand at the top.
        let run = try RemoteStage(from: decoder)
        let hasRun = status != .compileFailed
        let stage = hasRun ? run.ended : compile?.ended
        report = stage.map { ProgramReport(stage: $0, hasRun: hasRun, limits: limits) }
    }
}

/// One stage, or the top of an execution, which has the same members.
private struct RemoteStage: Decodable {
    /// `nil` where it has not ended.
    let ended: ProgramReport.Stage?

    private enum CodingKeys: String, CodingKey {
        case status, stdout, stderr, signal
        case stdoutEncoding = "stdout_encoding"
        case stderrEncoding = "stderr_encoding"
        case stdoutTruncated = "stdout_truncated"
        case stderrTruncated = "stderr_truncated"
        case exitCode = "exit_code"
        case refusedCalls = "refused_calls"
    }

    private typealias Members = KeyedDecodingContainer<CodingKeys>

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let status = try members.decode(Execution.Status.self, forKey: .status)
        guard let verdict = try Self.verdict(status, members) else {
            ended = nil
            return
        }
        let refusedCalls = try members.decode([String].self, forKey: .refusedCalls)
        ended = ProgramReport.Stage(
            verdict: verdict,
            stdout: try Self.output(members, .stdout, .stdoutEncoding, .stdoutTruncated),
            stderr: try Self.output(members, .stderr, .stderrEncoding, .stderrTruncated),
            refusedCalls: refusedCalls.map(ShownOutput.line)
        )
    }

    private static func verdict(
        _ status: Execution.Status,
        _ members: Members
    ) throws -> Verdict? {
        switch status {
        case .succeeded, .failed: .exited(code: try number(members, .exitCode, in: 0...255))
        case .signaled: .signaled(signal: try number(members, .signal, in: 1...64))
        case .timedOut: .timedOut
        case .cpuTimeExceeded: .cpuTimeExceeded
        case .memoryExceeded: .memoryExceeded
        case .outputExceeded: .outputExceeded
        case .queued, .running, .cancelled, .compileFailed, .internalError: nil
        }
    }

    private static func number(
        _ members: Members,
        _ key: CodingKeys,
        in range: ClosedRange<Int32>
    ) throws -> Int32 {
        let number = try members.decode(Int32.self, forKey: key)
        guard range.contains(number) else {
            throw DecodingError.dataCorruptedError(
                forKey: key,
                in: members,
                debugDescription: "not in \(range)"
            )
        }
        return number
    }

    private static func output(
        _ members: Members,
        _ content: CodingKeys,
        _ encoding: CodingKeys,
        _ isTruncated: CodingKeys
    ) throws -> Output {
        let text = try members.decode(String.self, forKey: content)
        let isText = try members.decode(String.self, forKey: encoding) == "utf-8"
        guard let bytes = isText ? Data(text.utf8) : Data(base64Encoded: text) else {
            throw DecodingError.dataCorruptedError(
                forKey: content,
                in: members,
                debugDescription: "neither UTF-8 nor base64"
            )
        }
        return Output(
            bytes: bytes,
            isTruncated: try members.decode(Bool.self, forKey: isTruncated)
        )
    }
}
