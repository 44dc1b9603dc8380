import Domain
import Foundation
import Kernel
import Synchronization
import WardenProtocol

// The thread that waits. It alone reads the control socket and the pipes, and closes them.
extension WardenConnection {
    private static let pieceBytes = 64 << 10

    func watch() {
        while true {
            guard let events = try? epoll.wait(milliseconds: closeRested()) else { return over() }
            for event in events where event.token != Self.controlToken {
                move(event.token, isUnread: !event.ready.isDisjoint(with: .hangUp))
            }
            if events.contains(where: { $0.token == Self.controlToken }) {
                guard readReply() else { return over() }
            }
        }
    }

    /// - Returns: for how many milliseconds there is nothing more to close.
    private func closeRested() -> Int32 {
        state.withLock { state in
            let now = MonotonicClock.nanoseconds
            for jail in state.deferred.finish(now: now) { try? send(.close(jail)) }
            return state.deferred.waitMilliseconds(now: now)
        }
    }

    /// - Returns: `false` where the warden is gone, or says what it never should.
    private func readReply() -> Bool {
        guard let bytes = receive(), let reply = try? Reply(decoding: bytes) else { return false }
        switch reply {
        case .ready, .unfit: return false
        case .parked(let jail, let milliseconds, let memoryBytes):
            state.withLock { $0.jails[jail]?.changed }?(
                .ready(
                    milliseconds: Int(milliseconds),
                    memoryBytes: Int64(clamping: memoryBytes)
                )
            )
        case .refused(let jail, 0, let refusal): fail(jail, .refused(reason: "\(refusal)"))
        case .refused(let jail, let stage, let refusal):
            let stage = state.withLock { $0.takeStage(StagePlace(jail: jail, stage: stage)) }
            stage?.fail(.refused(reason: "\(refusal)"))
        case .finished(let jail, let stage, let end):
            finish(StagePlace(jail: jail, stage: stage), end)
        case .broken(let jail, let fault): fail(jail, .broken(site: fault.site, errno: fault.errno))
        case .closed(let jail): remove(jail, .broken(site: "jail closed", errno: 0))
        }
        return true
    }

    private func receive() -> [UInt8]? {
        do {
            return try SeqpacketSocket.receive(
                on: control.number,
                most: WardenProtocol.`Protocol`.frameBytesMax,
                descriptorsMost: 0
            )?.bytes
        } catch {
            return nil
        }
    }

    /// The warden has judged: nothing of the stage is left, so all that it wrote is in the pipes.
    ///
    /// Their ends are not waited for, and init keeps them from coming before: each would wake this
    /// thread, and take the processor from the program that has not quite ended.
    private func finish(_ place: StagePlace, _ end: StageEnd) {
        drain(place)
        let finished = state.withLock { state in
            state.deferred.begin(now: MonotonicClock.nanoseconds)
            return state.takeStage(place)
        }
        finished?.succeed(end, refusedCalls: refusedCalls(of: end))
    }

    /// Ends whatever waits for this jail.
    private func fail(_ jail: JailNumber, _ error: SandboxError) {
        let (stages, isClosing) = state.withLock { state in
            (state.takeStages(jail), state.jails[jail]?.isClosing ?? false)
        }
        for stage in stages { stage.fail(error, isClosing: isClosing) }
    }

    /// Forgets a jail with the stages that may just have been begun in it, and resumes the waiter
    /// for the last one.
    private func remove(_ jail: JailNumber, _ error: SandboxError) {
        let (stages, entry, waiting) = state.withLock { state in
            (state.takeStages(jail), state.jails[jail], state.removeJail(jail))
        }
        for stage in stages { stage.fail(error, isClosing: entry?.isClosing ?? false) }
        entry?.changed?(.gone)
        for continuation in waiting { continuation.resume() }
    }

    private func over() {
        defer {
            report.yield(.ended(process: wardenProcess))
            report.finish()
            ended(wardenProcess)
        }
        let jails = state.withLock { state in
            state.isOver = true
            return Array(state.jails.keys)
        }
        for jail in jails { remove(jail, .lost) }
    }

    private func drain(_ place: StagePlace) {
        let tokens = state.withLock { state in
            state[place]?.readers.values.compactMap(\.pipe?.token) ?? []
        }
        for token in tokens {
            while state.withLock({ $0.streams[token] != nil }), move(token, evenIfPaused: true) {}
        }
    }

    /// - Parameters:
    ///   - isUnread: the other end of what is written to is gone.
    ///   - evenIfPaused: also what is left in its pipe for a slow reader.
    /// - Returns: whether anything moved.
    @discardableResult
    private func move(
        _ token: UInt64,
        isUnread: Bool = false,
        evenIfPaused: Bool = false
    ) -> Bool {
        let found = state.withLock { state in
            // The event may be older than the pause, which another stream of the same batch has
            // begun. A second pause would wait for a second word of room, and there is one.
            state.streams[token].flatMap { found in
                evenIfPaused || !state.isPaused(found.stream, of: found.place) ? found : nil
            }
        }
        guard let (place, stream) = found else { return false }
        guard stream != .stdin else {
            writeOn(place, isUnread: isUnread)
            return true
        }
        return readPipe(place, stream)
    }

    private func readPipe(_ place: StagePlace, _ stream: StageStream) -> Bool {
        let pipe = state.withLock { $0[place]?.readers[stream]?.pipe }
        guard let pipe else { return false }
        let bytes: [UInt8]
        do throws(KernelError) {
            bytes = try read(from: pipe.descriptor, most: Self.pieceBytes)
        } catch {
            if error.errno == Errno.again { return false }
            bytes = []
        }
        if bytes.isEmpty {
            state.withLock { state in
                state[place]?.readers[stream]?.pipe = nil
                state.endStream(pipe)
            }
            return false
        }
        let (kept, output) = state.withLock { state in
            (
                state[place]?.readers[stream]?.take(bytes) ?? [],
                state[place]?.output ?? .report
            )
        }
        guard let stream = stream.output, !kept.isEmpty else { return true }
        switch output {
        case .report: break
        case .observer(let tell): tell(StageOutput(stream: stream, bytes: Data(kept)))
        case .channel(let channel):
            let piece = StageOutput(stream: stream, bytes: Data(kept))
            let hasRoom = channel.offer(piece) { self.resumeReading(place) }
            if !hasRoom { pauseReading(place) }
        }
        return true
    }
}

extension StageStream {
    fileprivate var output: Domain.OutputStream? {
        switch self {
        case .stdout: .stdout
        case .stderr: .stderr
        case .stdin, .outputs: nil
        }
    }
}

// MARK: - A reader that is slower than the program

extension WardenConnection {
    /// Leaves the output in its pipes, so that the program waits in its write.
    private func pauseReading(_ place: StagePlace) {
        state.withLock { state in
            guard state[place]?.flow.pause() == true else { return }
            for pipe in state.outputPipes(of: place) { epoll.remove(pipe.descriptor) }
        }
    }

    private func resumeReading(_ place: StagePlace) {
        state.withLock { state in
            guard state[place]?.flow.resume() == true else { return }
            for pipe in state.outputPipes(of: place) {
                // Where there is no memory for it, what is left is read at the stage's end.
                try? epoll.add(pipe.descriptor, .readable, token: pipe.token)
            }
        }
    }
}

// MARK: - Input that comes while a stage runs

extension WardenConnection {
    /// Writes the input as it comes, each piece when the one before is written.
    func feed(_ input: any AsyncSequence<Data, Never> & Sendable, to token: UInt64) async {
        var isRead = true
        // What nobody reads is dropped, so that who sends it is not kept waiting.
        for await piece in input where isRead { isRead = await write(piece, to: token) }
        state.withLock { $0.endInput(of: token) }
    }

    /// Returns when all of it is in the pipe.
    /// - Returns: `false` where nobody reads it.
    private func write(_ bytes: Data, to token: UInt64) async -> Bool {
        await withCheckedContinuation { waiter in
            let isRead: Bool? = state.withLock { state in
                guard let (place, _) = state.streams[token],
                    var writer = state[place]?.stdin
                else { return false }
                writer.rest = Array(bytes)[...]
                let advance = writer.advance()
                if case .full = advance { writer.waiter = waiter }
                state[place]?.stdin = writer
                switch advance {
                case .written: return true
                case .unread:
                    state.endInput(of: token)
                    return false
                case .full:
                    try? epoll.update(writer.pipe.descriptor, .writable, token: token)
                    return nil
                }
            }
            if let isRead { waiter.resume(returning: isRead) }
        }
    }

    /// The pipe has room, or nobody reads it.
    private func writeOn(_ place: StagePlace, isUnread: Bool) {
        let (waiter, isRead): (CheckedContinuation<Bool, Never>?, Bool) = state.withLock { state in
            guard var writer = state[place]?.stdin else { return (nil, false) }
            let advance = isUnread ? .unread : writer.advance()
            if case .full = advance {
                state[place]?.stdin = writer
                return (nil, true)
            }
            let waiter = writer.waiter
            writer.waiter = nil
            state[place]?.stdin = writer
            if case .written = advance, writer.isStreamed {
                try? epoll.update(writer.pipe.descriptor, [], token: writer.pipe.token)
                return (waiter, true)
            }
            state.endInput(of: writer.pipe.token)
            return (waiter, false)
        }
        waiter?.resume(returning: isRead)
    }
}

extension StageExchange {
    /// The end of a jail that we closed ourselves is a cancellation.
    fileprivate func fail(_ error: SandboxError, isClosing: Bool = false) {
        stopFeeding()
        continuation?.resume(throwing: isClosing || isCancelled ? CancellationError() : error)
    }

    /// Resumes the waiter with the finished stage.
    fileprivate func succeed(_ end: StageEnd, refusedCalls: [String]) {
        stopFeeding()
        if isCancelled {
            continuation?.resume(throwing: CancellationError())
            return
        }
        let result = StageResult(
            verdict: end.verdict,
            stdout: readers[.stdout]?.output ?? Output(),
            stderr: readers[.stderr]?.output ?? Output(),
            usage: end.usage,
            refusedCalls: refusedCalls
        )
        let outputs = readers[.outputs]
        continuation?.resume(
            returning: StageReport(
                result,
                archive: outputs?.kept ?? Data(),
                isCut: outputs?.isTruncated ?? false
            )
        )
    }
}
