public import Domain
import Foundation
import Kernel
import Synchronization
import WardenWire

extension WardenSession: Sandbox {
    public func open(_ order: JailOrder) async throws -> any Jail {
        let archive = try Descriptor.sealed("quicksand-files", order.archive)
        let jail = try state.withLock { state in
            if state.isOver { throw SandboxError.unavailable }
            let jail = state.nextJail()
            state.jails[jail] = JailEntry()
            return jail
        }
        let request = Request.open(
            OpenRequest(
                jail: jail,
                runtime: order.runtime,
                profile: order.profile.rawValue,
                workspace: WorkspaceLimits(
                    bytes: order.limits.wire(.workspaceBytes),
                    files: order.limits.wire(.workspaceFiles)
                ),
                memoryBytes: order.limits.wire(.memoryBytes)
            )
        )
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do {
                    try ask(request, of: jail, archive.number, continuation)
                } catch {
                    remove(jail)
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            close(jail)
        }
        return WardenJail(session: self, number: jail)
    }

    /// Sends the frame and notes who waits for the answer, as one step.
    ///
    /// Under the lock, so that a cancellation comes either before, and nothing is sent, or after,
    /// and its `close` follows the `open`. The warden never waits for us, so neither does this.
    private func ask(
        _ request: Request,
        of jail: JailNumber,
        _ archive: Int32,
        _ continuation: CheckedContinuation<Void, any Error>
    ) throws {
        try state.withLock { state in
            guard !state.isOver, let entry = state.jails[jail] else {
                throw SandboxError.unavailable
            }
            if entry.isClosing { throw CancellationError() }
            try send(request, descriptors: [archive])
            state.jails[jail]?.opening = continuation
            state.jails[jail]?.isSent = true
        }
    }

    func close(_ jail: JailNumber) {
        state.withLock { state in
            guard let entry = state.jails[jail], !entry.isClosing else { return }
            state.jails[jail]?.isClosing = true
            if entry.isSent, !state.isOver { try? send(.close(jail)) }
        }
    }
}

/// A jail of the real warden.
struct WardenJail: Jail {
    let session: WardenSession
    let number: JailNumber

    func close() { session.close(number) }

    func run(_ stage: StageOrder) async throws -> StageReport {
        try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                do {
                    try start(stage, continuation)
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            close()
        }
    }

    /// - Throws: only where nobody else will resume the continuation.
    private func start(
        _ stage: StageOrder,
        _ continuation: CheckedContinuation<StageReport, any Error>
    ) throws {
        var pipes = try StagePipes(hasOutputs: !stage.outputs.isEmpty)
        try pipes.fill(stdin: stage.stdin)
        let request = Request.stage(stage.request(jail: number))
        try session.state.withLock { state in
            guard !state.isOver, let entry = state.jails[number] else {
                throw SandboxError.unavailable
            }
            if entry.isClosing { throw CancellationError() }
            let exchange = try pipes.exchange(
                for: stage,
                jail: number,
                in: &state,
                epoll: session.epoll,
                continuation
            )
            state.jails[number]?.stage = exchange
            do {
                try session.send(request, descriptors: pipes.theirs)
            } catch {
                _ = state.takeStage(number)
                throw error
            }
        }
    }
}

extension JailOrder {
    fileprivate var archive: [UInt8] {
        files.flatMap { file in
            Archive.header(path: file.path, size: file.content.count) + file.content
        }
    }
}

extension Limits {
    /// As the warden counts: never negative.
    fileprivate func wire(_ limit: Limit) -> UInt64 { UInt64(clamping: self[limit]) }
}

extension StageOrder {
    fileprivate func request(jail: JailNumber) -> StageRequest {
        StageRequest(
            jail: jail,
            limits: StageLimits(
                wallMilliseconds: limits.wire(.wallMilliseconds),
                cpuMilliseconds: limits.wire(.cpuMilliseconds),
                memoryBytes: limits.wire(.memoryBytes),
                processes: limits.wire(.processes),
                openFiles: limits.wire(.openFiles),
                fileBytes: limits.wire(.fileBytes)
            ),
            program: Program(
                arguments: arguments,
                environment: environment.map { "\($0.key)=\($0.value)" }.sorted(),
                outputs: outputs,
                outputFilesMax: UInt32(clamping: limits[.files]),
                outputBytesMax: UInt64(OutputFile.totalBytesMax)
            )
        )
    }
}

extension OutputFile {
    /// What init sent.
    ///
    /// It has handled a stranger's names, so nothing about them is believed.
    /// - Parameter isCut: more came than was kept, so the last entry is not whole.
    static func decode(_ bytes: Data, isCut: Bool) -> [OutputFile] {
        guard !isCut, let entries = try? Archive.entries(in: Array(bytes)) else { return [] }
        return entries.map { entry in
            switch entry {
            case .file(let path, let content):
                OutputFile(path: path, content: .bytes(Data(content)))
            case .refused(let path, let reason):
                OutputFile(path: path, content: .refused(Refusal(wire: reason)))
            }
        }
    }
}

extension OutputFile.Refusal {
    fileprivate init(wire: UInt8) {
        self =
            switch Archive.RefusalReason(rawValue: wire) {
            case .notARegularFile: .notARegularFile
            case .tooLarge: .tooLarge
            case .unreadable, nil: .unreadable
            }
    }
}
