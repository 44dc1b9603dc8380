import API
import Domain
import Foundation

/// The parts of a server's execution that a terminal shows.
struct RemoteExecution: Sendable {
    let id: String
    let status: Execution.Status
    /// The report of the execution's end; `nil` before the end, or if no stage was run.
    let report: ProgramReport?

    var isFinished: Bool { status != .queued && status != .running }

    /// - Returns: `nil` if the answer has no execution, or an implausible one.
    init?(answer body: Data) {
        guard let execution = ExecutionPayload(answer: body),
            // The id becomes a part of addresses.
            execution.id.wholeMatch(of: /exe_[0-9a-z]{1,64}/) != nil
        else { return nil }
        id = execution.id
        status = execution.status
        let hasRun = status != .compileFailed
        guard let stage = hasRun ? execution.run : execution.compile else { return nil }
        guard Self.hasEnded(hasRun ? status : stage.status) else {
            report = nil
            return
        }
        guard let ended = ProgramReport.Stage(stage, status: hasRun ? status : stage.status) else {
            return nil
        }
        report = ProgramReport(stage: ended, hasRun: hasRun, limits: execution.limits)
    }

    /// Returns whether a stage with this status ran to an end.
    private static func hasEnded(_ status: Execution.Status) -> Bool {
        switch status {
        case .queued, .running, .cancelled, .compileFailed, .internalError: false
        default: true
        }
    }
}

extension ProgramReport.Stage {
    /// - Parameter status: the stage's own status; for a run at the top level, the execution's
    ///   status.
    fileprivate init?(_ stage: StagePayload, status: Execution.Status) {
        guard let verdict = Self.verdict(stage, status), let stdout = stage.stdout.output,
            let stderr = stage.stderr.output
        else { return nil }
        self.init(
            verdict: verdict,
            stdout: stdout,
            stderr: stderr,
            refusedCalls: stage.refusedCalls.map(ShownOutput.line)
        )
    }

    private static func verdict(_ stage: StagePayload, _ status: Execution.Status) -> Verdict? {
        switch status {
        case .succeeded, .failed: stage.exitCode.map(Verdict.exited)
        case .signaled: stage.signal.map(Verdict.signaled)
        case .timedOut: .timedOut
        case .cpuTimeExceeded: .cpuTimeExceeded
        case .memoryExceeded: .memoryExceeded
        case .outputExceeded: .outputExceeded
        case .queued, .running, .cancelled, .compileFailed, .internalError: nil
        }
    }
}
