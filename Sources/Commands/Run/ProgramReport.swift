import Domain
import Foundation

/// A program's end in a shell's terms: an exit code, and a short message on standard error.
///
/// A local program and a program at a server have the same report.
struct ProgramReport: Sendable {
    /// The decisive stage: the run, or the compiler if it failed.
    struct Stage: Sendable {
        let verdict: Verdict
        let stdout: Output
        let stderr: Output
        let refusedCalls: [String]
    }

    let stage: Stage
    /// Whether the program reached its run stage.
    let hasRun: Bool
    /// The limits of the run.
    let limits: Limits

    /// Writes the reason for the program's end to standard error.
    ///
    /// - Parameter showsCompiler: whether to show a failed compiler's output as well.
    /// - Returns: this command's exit code.
    func tell(showsCompiler: Bool) -> Int32 {
        let errors = ShownOutput(.standardError)
        if !hasRun, showsCompiler { errors.write(stage.stdout.bytes + stage.stderr.bytes) }
        let (code, reason) = ending
        var lines = hasRun ? [] : ["compiling failed"]
        if let reason { lines.append(reason) }
        if code != 0, !stage.refusedCalls.isEmpty {
            lines.append("it was refused " + stage.refusedCalls.joined(separator: ", "))
        }
        if stage.stdout.isTruncated { lines.append("standard output was cut at its limit") }
        if stage.stderr.isTruncated { lines.append("standard error was cut at its limit") }
        for line in lines { errors.write(Data("quicksand: \(line)\n".utf8)) }
        return code
    }

    private var ending: (code: Int32, reason: String?) {
        switch stage.verdict {
        case .exited(let code): (code, nil)
        case .signaled(let signal): (128 + signal, "ended by signal \(signal)")
        case .timedOut: (124, "stopped: it ran for its \(limits[.wallMilliseconds]) ms")
        case .cpuTimeExceeded:
            (124, "stopped: it used its \(limits[.cpuMilliseconds]) ms of processor time")
        case .memoryExceeded:
            (137, "stopped: it used its \(limits[.memoryBytes]) bytes of memory")
        case .outputExceeded: (137, "stopped: it wrote more than it may")
        }
    }
}

extension ProgramReport {
    /// - Returns: `nil` if no stage was run.
    init?(_ result: ExecutionResult, limits: Limits) {
        guard let stage = result.runs.last ?? result.compile else { return nil }
        self.init(
            stage: Stage(
                verdict: stage.verdict,
                stdout: stage.stdout,
                stderr: stage.stderr,
                refusedCalls: stage.refusedCalls
            ),
            hasRun: !result.runs.isEmpty,
            limits: limits
        )
    }
}
