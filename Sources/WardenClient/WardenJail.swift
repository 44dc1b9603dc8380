public import Domain
import Foundation
import Kernel
import Synchronization
import WardenProtocol

extension WardenConnection: StandbyProvider {
    /// Opens a jail.
    ///
    /// The spec's patience has no effect here: there is one warden or none.
    public func open(_ spec: JailSpec) async throws -> any SandboxSession {
        do {
            return try openUnlessGone(spec)
        } catch is WardenGone {
            throw SandboxError.unavailable
        }
    }

    /// - Throws: ``WardenGone`` if nothing was begun because the warden has gone; else as
    ///   ``open(_:)``.
    func openUnlessGone(_ spec: JailSpec) throws -> any SandboxSession {
        try state.withLock { state in
            let jail = try begin(StandbySpec(for: spec), in: &state)
            state.jails[jail]?.files = spec.files
            return WardenJail(connection: self, number: jail)
        }
    }

    /// Asks for a jail, under the lock: the number is sent and registered in one step.
    ///
    /// The warden never waits for this side, so the send does not block for long.
    private func begin(
        _ spec: StandbySpec,
        in state: inout ConnectionState
    ) throws -> JailNumber {
        if state.isOver { throw WardenGone() }
        let jail = state.nextJail()
        try send(
            .open(
                OpenRequest(
                    jail: jail,
                    runtime: spec.runtime,
                    profile: spec.profile,
                    limits: spec.limits
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
                // A second close keeps the observer of the first.
                let earlier = entry.isClosing ? entry.changed : nil
                state.jails[jail]?.changed = { change in
                    earlier?(change)
                    if change == .gone { gone() }
                }
            }
            if entry.isClosing { return false }
            state.jails[jail]?.isClosing = true
            let isDeferred =
                entry.stages.isEmpty && state.deferred.take(jail, now: MonotonicClock.nanoseconds)
            if !isDeferred, !state.isOver { try? send(.close(jail)) }
            return false
        }
        if isGone { gone?() }
    }

    /// Kills a concurrent stage, which then ends as cancelled.
    func kill(_ place: StagePlace) {
        state.withLock { state in
            guard state[place] != nil else { return }
            state[place]?.isCancelled = true
            try? send(.kill(place.jail, place.stage))
        }
    }
}

extension WardenConnection {
    public func prepare(
        _ spec: StandbySpec,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbySession {
        do {
            return try prepareUnlessGone(spec, changed: changed)
        } catch is WardenGone {
            throw SandboxError.unavailable
        }
    }

    /// - Throws: ``WardenGone``; the error of a boot that cannot be requested.
    func prepareUnlessGone(
        _ spec: StandbySpec,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbySession {
        let pipes = try spec.boot.map { _ in try StagePipes([.stdin, .stdout, .stderr]) }
        let jail = try state.withLock { state in
            let jail = try begin(spec, in: &state)
            state.jails[jail]?.changed = changed
            guard let boot = spec.boot, let pipes else { return jail }
            do {
                let request = ParkRequest(
                    jail: jail,
                    limits: spec.limits,
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
        return WardenStandby(connection: self, number: jail)
    }
}

/// A jail of the real warden without an execution yet.
struct WardenStandby: StandbySession {
    let connection: WardenConnection
    let number: JailNumber

    func close() { connection.close(number) }

    func take(files: [SourceFile]) -> any SandboxSession {
        connection.state.withLock { state in
            state.jails[number]?.files = files
            state.jails[number]?.changed = nil
        }
        return WardenJail(connection: connection, number: number)
    }
}

/// A jail of the real warden.
struct WardenJail: SandboxSession {
    let connection: WardenConnection
    let number: JailNumber

    func close(then gone: @escaping @Sendable () -> Void) { connection.close(number, then: gone) }

    func run(_ stage: StageSpec, io: StageIO) async throws -> StageReport {
        let place = connection.state.withLock { $0.nextStage(of: number) }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                do {
                    try start(stage, at: place, io, continuation)
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            if stage.isConcurrent { connection.kill(place) } else { close() }
        }
    }

    /// - Throws: only if no other code will resume the continuation.
    private func start(
        _ stage: StageSpec,
        at place: StagePlace,
        _ io: StageIO,
        _ continuation: CheckedContinuation<StageReport, any Error>
    ) throws {
        let (files, ahead) = try connection.state.withLock { state in
            try state.expectRoom(for: stage, in: number)
            return state.takeFirst(number)
        }
        do {
            try start(stage, at: place, io, files, ahead, continuation)
        } catch {
            // The files go in with the next stage.
            connection.state.withLock { $0.jails[number]?.files += files }
            throw error
        }
    }

    private func start(
        _ stage: StageSpec,
        at place: StagePlace,
        _ io: StageIO,
        _ files: [SourceFile],
        _ ahead: StagePipes?,
        _ continuation: CheckedContinuation<StageReport, any Error>
    ) throws {
        let pipes = try ahead ?? StagePipes([.stdin, .stdout, .stderr])
        if stage.collects { try pipes.add(.outputs) }
        pipes.fill(stdin: io.input)
        let archive =
            try files.isEmpty
            ? nil : Descriptor.sealed("quicksand-files", files.archive).release()
        defer { if let archive { Descriptor.close(archive) } }
        let request = try StageRequest(stage, at: place, bringsFiles: archive != nil)
        try register(stage, at: place, io, pipes, continuation) {
            try connection.send(
                ahead == nil ? .stage(request) : .resume(request),
                descriptors: pipes.frame(with: archive)
            )
        }
        pipes.closeTheirs()  // not before they are sent
    }

    /// Sends the request and registers the continuation, in one step.
    private func register(
        _ stage: StageSpec,
        at place: StagePlace,
        _ io: StageIO,
        _ pipes: StagePipes,
        _ continuation: CheckedContinuation<StageReport, any Error>,
        send: () throws -> Void
    ) throws {
        try connection.state.withLock { state in
            // A cancellation before this point found no stage to cancel.
            try Task.checkCancellation()
            try state.expectRoom(for: stage, in: number)
            let exchange = try pipes.exchange(
                for: stage,
                output: io.output,
                at: place,
                in: &state,
                epoll: connection.epoll,
                continuation
            )
            state[place] = exchange
            do {
                try send()
            } catch {
                _ = state.takeStage(place)
                throw error is WardenGone ? SandboxError.lost : error
            }
            if case .stream(let input) = io.input, let token = exchange.stdin?.pipe.token {
                state[place]?.feeder = Task { await connection.feed(input, to: token) }
            }
        }
    }
}
