import Domain
import Foundation
import Kernel
import Synchronization

// The bytes of standard streams: read and written by the thread that waits, as they come.
extension WardenConnection {
    private static let pieceBytes = 64 << 10

    /// More pieces than a pipe can hold: 1 MiB, in packets of a page.
    private static let drainPiecesMax = 300

    /// Reads all that a stage has written, and no more than a pipe holds: what a concurrent stage
    /// left running may go on writing.
    func drain(_ place: StagePlace) {
        let tokens = state.withLock { state in
            state[place]?.readers.values.compactMap(\.pipe?.token) ?? []
        }
        for token in tokens {
            for _ in 0..<Self.drainPiecesMax where state.withLock({ $0.streams[token] != nil }) {
                guard move(token, evenIfPaused: true) else { break }
            }
        }
    }

    /// - Parameters:
    ///   - isUnread: the other end of what is written to is gone.
    ///   - evenIfPaused: also what is left in its pipe for a slow reader.
    /// - Returns: whether anything moved.
    @discardableResult
    func move(
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

    /// Reads a pipe whose turn it is, or has the kernel drop what is in it.
    func readBusy(_ pipe: OpenPipe) {
        let (isPaused, isTruncated) = state.withLock { state in
            guard let (place, stream) = state.streams[pipe.token] else { return (true, false) }
            let reader = state[place]?.readers[stream]
            return (state.isPaused(stream, of: place), reader?.isTruncated ?? false)
        }
        if isPaused { return }
        let most = Int(BusyPipes.pipeBytes)
        if isTruncated {
            Files.dropPipe(pipe.descriptor, into: sink.number, most: most)
        } else {
            for _ in 0..<most / Self.pieceBytes where move(pipe.token) {}
        }
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
            let kept = state[place]?.readers[stream]?.take(bytes) ?? []
            if state[place]?.readers[stream]?.isBusy == true, !state.busy.contains(pipe.token) {
                state.busy.add(pipe, now: MonotonicClock.nanoseconds)
                // Its end still wakes this thread.
                try? epoll.update(pipe.descriptor, [], token: pipe.token)
            }
            return (kept, state[place]?.output ?? .report)
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
                let interest: Epoll.Interest = state.busy.contains(pipe.token) ? [] : .readable
                try? epoll.add(pipe.descriptor, interest, token: pipe.token)
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
