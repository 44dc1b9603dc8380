public import Domain
import Foundation
import Kernel
import Synchronization
import WardenProtocol

extension WardenSession: StandbySandbox {
    /// The order's patience is of no use here: there is one warden or none.
    public func open(_ order: JailOrder) async throws -> any Jail {
        do {
            return try openUnlessGone(order)
        } catch is WardenGone {
            throw SandboxError.unavailable
        }
    }

    /// - Throws: ``WardenGone`` where nothing was begun because there is no warden any more; else
    ///    as ``open(_:)``.
    func openUnlessGone(_ order: JailOrder) throws -> any Jail {
        try state.withLock { state in
            let jail = try begin(StandbyOrder(for: order), in: &state)
            state.jails[jail]?.files = order.files
            return WardenJail(session: self, number: jail)
        }
    }

    /// Asks for a jail, under the lock: its number is sent and known in one step.
    ///
    /// The warden never waits for us, so neither does this.
    private func begin(
        _ order: StandbyOrder,
        in state: inout SessionState
    ) throws -> JailNumber {
        if state.isOver { throw WardenGone() }
        let jail = state.nextJail()
        try send(
            .open(
                OpenRequest(
                    jail: jail,
                    runtime: order.runtime,
                    profile: order.profile,
                    limits: order.limits
                )
            )
        )
        state.jails[jail] = JailEntry()
        return jail
    }

    func close(_ jail: JailNumber, then gone: (@Sendable () -> Void)? = nil) {
        let isGone = state.withLock { state in
            guard let entry = state.jails[jail] else { return true }
            if let gone {
                // Who closes it again takes nothing from who did before.
                let earlier = entry.isClosing ? entry.changed : nil
                state.jails[jail]?.changed = { change in
                    earlier?(change)
                    if change == .gone { gone() }
                }
            }
            if entry.isClosing { return false }
            state.jails[jail]?.isClosing = true
            let rests =
                entry.stage == nil && state.rest.take(jail, now: MonotonicClock.nanoseconds)
            if !rests, !state.isOver { try? send(.close(jail)) }
            return false
        }
        if isGone { gone?() }
    }
}

extension WardenSession {
    public func prepare(
        _ order: StandbyOrder,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbyJail {
        do {
            return try prepareUnlessGone(order, changed: changed)
        } catch is WardenGone {
            throw SandboxError.unavailable
        }
    }

    /// - Throws: ``WardenGone``; a boot that cannot be asked for.
    func prepareUnlessGone(
        _ order: StandbyOrder,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbyJail {
        let pipes = try order.boot.map { _ in try StagePipes([.stdin, .stdout, .stderr]) }
        let jail = try state.withLock { state in
            let jail = try begin(order, in: &state)
            state.jails[jail]?.changed = changed
            guard let boot = order.boot, let pipes else { return jail }
            do {
                let request = ParkRequest(
                    jail: jail,
                    limits: order.limits,
                    program: try OpaqueProgram(boot)
                )
                try send(.park(request), descriptors: pipes.theirs)
            } catch {
                state.jails[jail]?.changed = nil
                try? send(.close(jail))
                throw error
            }
            state.jails[jail]?.ahead = pipes
            return jail
        }
        pipes?.closeTheirs()
        return WardenStandby(session: self, number: jail)
    }
}

/// A jail of the real warden that nobody has asked for yet.
struct WardenStandby: StandbyJail {
    let session: WardenSession
    let number: JailNumber

    func close() { session.close(number) }

    func take(files: [SourceFile]) -> any Jail {
        session.state.withLock { state in
            state.jails[number]?.files = files
            state.jails[number]?.changed = nil
        }
        return WardenJail(session: session, number: number)
    }
}

/// A jail of the real warden.
struct WardenJail: Jail {
    let session: WardenSession
    let number: JailNumber

    func close(then gone: @escaping @Sendable () -> Void) { session.close(number, then: gone) }

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
        let (files, ahead) = try session.state.withLock { try $0.takeFirst(number) }
        let pipes = try ahead ?? StagePipes([.stdin, .stdout, .stderr])
        if !stage.outputs.isEmpty { try pipes.add(.outputs) }
        try pipes.fill(stdin: stage.stdin)
        let archive =
            try files.isEmpty
            ? nil : Descriptor.sealed("quicksand-files", files.archive).release()
        defer { if let archive { Descriptor.close(archive) } }
        let request = try StageRequest(stage, jail: number, bringsFiles: archive != nil)
        let descriptors = pipes.frame(with: archive)
        try session.state.withLock { state in
            guard !state.isOver else { throw SandboxError.lost }
            guard let entry = state.jails[number] else {
                throw SandboxError.broken(site: "jail closed", errno: 0)
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
                try session.send(
                    ahead == nil ? .stage(request) : .resume(request),
                    descriptors: descriptors
                )
            } catch {
                _ = state.takeStage(number)
                throw error is WardenGone ? SandboxError.lost : error
            }
        }
    }
}

extension [SourceFile] {
    fileprivate var archive: [UInt8] {
        flatMap { file in
            let kind: Archive.Kind = file.isExecutable ? .program : .file
            return Archive.header(path: file.path, size: file.content.count, kind: kind)
                + file.content
        }
    }
}

extension OpaqueProgram {
    fileprivate init(_ boot: BootProgram) throws(SandboxError) {
        try self.init(
            sending: Program(
                arguments: boot.arguments,
                environment: boot.environment.words,
                script: boot.entry,
                outputs: [],
                outputFilesMax: 0,
                outputBytesMax: 0
            )
        )
    }

    fileprivate init(sending program: Program) throws(SandboxError) {
        do {
            try self.init(program)
        } catch {
            throw WardenSession.tooLong
        }
    }
}

extension StageRequest {
    fileprivate init(_ stage: StageOrder, jail: JailNumber, bringsFiles: Bool) throws(SandboxError)
    {
        let program = Program(
            arguments: stage.arguments,
            environment: stage.environment.words,
            outputs: stage.outputs,
            outputFilesMax: UInt32(clamping: stage.limits[.files]),
            outputBytesMax: UInt64(OutputFile.totalBytesMax)
        )
        self.init(
            jail: jail,
            limits: stage.limits,
            program: try OpaqueProgram(sending: program),
            bringsFiles: bringsFiles
        )
    }
}

extension [String: String] {
    /// As a program is given them, always in the same order.
    fileprivate var words: [String] { map { "\($0.key)=\($0.value)" }.sorted() }
}

extension StageReport {
    /// - Parameters:
    ///   - archive: what init sent. It has handled a stranger's names, so nothing about them is
    ///     believed.
    ///   - isCut: more came than was kept, so the last entry is not whole.
    init(_ result: StageResult, archive: Data, isCut: Bool) {
        self.init(result: result, files: [])
        guard !isCut, let entries = try? Archive.entries(in: Array(archive)) else { return }
        for entry in entries {
            switch entry {
            case .file(let path, let content):
                files.append(OutputFile(path: path, content: .bytes(Data(content))))
            case .program(let path, let content):
                files.append(OutputFile(path: path, content: .bytes(Data(content))))
                executables.insert(path)
            case .refused(let path, let reason):
                files.append(OutputFile(path: path, content: .refused(.init(wire: reason))))
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
