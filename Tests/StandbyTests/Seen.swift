import Domain
import Foundation

/// The caller's view of an execution without its usage, since time and memory differ in every run.
struct Seen: Hashable {
    private let result: ExecutionResult

    init(_ result: ExecutionResult) {
        let none = Usage(wallMicroseconds: 0, cpuMicroseconds: 0, memoryBytes: 0)
        self.result = result.changed { $0.usage = none }
    }

    /// The same view without the runs' standard output.
    var withoutOutput: Seen { Seen(result.changed { $0.stdout = Output() }) }

    var outputs: [Output] { result.runs.map(\.stdout) }
    var shownOutput: String { outputs.map(\.text).joined() }

    /// Returns a description of the first difference to `other`; `nil` if there is none.
    func difference(to other: Seen) -> String? {
        guard self != other else { return nil }
        let (mine, its) = (lines, other.lines)
        let place = zip(mine, its).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        let index = place ?? min(mine.count, its.count)
        let shown = [mine, its].map { index < $0.count ? String($0[index].prefix(400)) : "the end" }
        return "\(shown[0]) ≠ \(shown[1]), in line \(index + 1)"
    }

    /// The result as lines, so that the first difference can be shown.
    private var lines: [Substring] {
        let stages = ([result.compile].compactMap { $0 } + result.runs).flatMap { stage in
            [
                "\(stage.verdict)", "refused: \(stage.refusedCalls)",
                stage.stdout.text, "truncated: \(stage.stdout.isTruncated)",
                stage.stderr.text, "truncated: \(stage.stderr.isTruncated)",
            ]
        }
        let files = result.files.map { "\($0.path): \($0.content)" }
        return (stages + files).flatMap {
            $0.split(separator: "\n", omittingEmptySubsequences: false)
        }
    }
}

extension ExecutionResult {
    fileprivate func changed(_ change: (inout StageResult) -> Void) -> ExecutionResult {
        var copy = self
        if var stage = copy.compile {
            change(&stage)
            copy.compile = stage
        }
        for index in copy.runs.indices { change(&copy.runs[index]) }
        return copy
    }
}

extension Output {
    fileprivate var text: String { String(decoding: bytes, as: UTF8.self) }
}
