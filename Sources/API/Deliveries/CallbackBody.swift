public import Domain
public import Foundation
import JSON

/// The bodies that are posted to callback URLs.
///
/// A body is stored, signed and held in memory until it is delivered, so its size is bounded. The
/// outcome is always complete. Outputs that have no room are cut to equal lengths, and files that
/// have none are left out; the body then says so, and where the whole result is.
public struct CallbackBody: Sendable {
    /// The bounds that an operator can set, in bytes.
    ///
    /// An outcome without outputs has room in the smallest one.
    public static let bytesMaxRange = 256 << 10...64 << 20

    private let bytesMax: Int

    public init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// Returns the body for an execution that has ended; its timestamp is the time of the end.
    public func of(_ execution: Execution) -> Data {
        encode(cut(execution, in: ExecutionPayload.finished.encode), ExecutionPayload.finished)
    }

    /// Returns the body for a task that has ended; its timestamp is the time of the end.
    public func of(_ report: TaskReport) -> Data {
        let execution = report.execution.map { execution in
            cut(execution) {
                TaskPayload.finished.encode(TaskPayload(report: report, execution: $0))
            }
        }
        return encode(TaskPayload(report: report, execution: execution), TaskPayload.finished)
    }

    private func encode<Content>(
        _ content: Content,
        _ description: ObjectDescription<Content>
    ) -> Data {
        Data(JSONWriter.bytes(of: description.encode(content)))
    }

    /// Cuts the outputs of an execution so that the body with it is within the bound.
    private func cut(
        _ execution: Execution,
        in body: (ExecutionPayload) -> JSONValue
    ) -> ExecutionPayload {
        let lengths = execution.outputLengths
        let bare = ExecutionPayload(execution, lengthMax: 0)
        let room = bytesMax - JSONWriter.bytes(of: body(bare)).count
        let flags = (lengths.count + 1) * Self.flagBytes
        let lengthMax = Self.level(of: lengths, within: max(0, room - flags))
        var payload = ExecutionPayload(execution, lengthMax: lengthMax)
        payload.isCut = lengths.contains { lengthMax < $0 }
        if room < flags, !payload.files.isEmpty {
            // Only the paths of files can be so long.
            payload.files = []
            payload.isCut = true
        }
        return payload
    }

    /// The bytes by which the flag and the encoding of a whole output are longer than those of one
    /// that was cut to nothing.
    private static let flagBytes = 2

    /// Returns the length to which the longest must be cut for all of them to have room.
    static func level(of lengths: [Int], within room: Int) -> Int {
        var room = room
        for (index, length) in lengths.sorted().enumerated() {
            let share = room / (lengths.count - index)
            if length > share { return share }
            room -= length
        }
        return .max
    }
}

extension Execution {
    /// The lengths of its outputs in JSON.
    fileprivate var outputLengths: [Int] {
        guard case .finished(let result, _, _) = state else { return [] }
        let stages = [result.compile].compactMap(\.self) + result.runs
        let outputs = stages.flatMap { [$0.stdout.bytes, $0.stderr.bytes] }
        let files = result.files.compactMap { file in
            if case .bytes(let data) = file.content { data } else { nil }
        }
        return (outputs + files).map(EncodedBytes.length)
    }
}

// MARK: - Declarations

extension ExecutionPayload {
    static let finished = ObjectDescription<ExecutionPayload>.answer(
        "ExecutionFinished",
        "The body that the server posts to a `callback_url`.",
        [
            .constant("type", "execution.finished"),
            Field("timestamp", \.end, .timestamp("its end")),
            Field("outputs_cut", \.isCut, .outputsCut),
            Field("result_path", \.path, .resultPath),
            Field("data", \.self, .object(whole)),
        ]
    )

    private var end: Date { finishedAt ?? createdAt }
    fileprivate var path: String { RouteTable.prefixes[0] + "/executions/" + id }
}

extension TaskPayload {
    static let finished = ObjectDescription<TaskPayload>.answer(
        "TaskFinished",
        "The body that the server posts to a task's `callback_url`.",
        [
            .constant("type", "task.finished"),
            Field("timestamp", \.end, .timestamp("its end")),
            Field("outputs_cut", \.isCut, .outputsCut),
            Field("result_path", \.execution?.path, orNull: .resultPath),
            Field("data", \.self, .object(description)),
        ]
    )

    private var isCut: Bool { execution?.isCut ?? false }
    private var end: Date { TaskSummary(report.task).finishedAt ?? report.task.createdAt }
}

extension Codec<Bool> {
    fileprivate static var outputsCut: Codec {
        .flag(
            "whether outputs were cut to keep the body small: each has its flag `…_truncated`, and"
                + " a file that has no room is `too_large`"
        )
    }
}

extension Codec<String> {
    fileprivate static var resultPath: Codec {
        .text("the path of the execution at this server, with the whole outputs")
    }
}
