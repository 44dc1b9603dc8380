import Domain
import Foundation
import Kernel
import WardenProtocol

/// Everything that a connection's threads share.
struct ConnectionState {
    var isOver = false
    var jails: [JailNumber: JailEntry] = [:]
    /// Which stage an epoll token belongs to, and which of its streams.
    var streams: [UInt64: (place: StagePlace, stream: StageStream)] = [:]
    var deferred = DeferredClose()
    var busy = BusyPipes()
    private var waitingForEmpty: [CheckedContinuation<Void, Never>] = []
    private var lastJail: JailNumber = 0
    private var lastToken: UInt64 = WardenConnection.controlToken

    mutating func nextJail() -> JailNumber {
        lastJail += 1
        return lastJail
    }

    /// The caller takes the jail's stages in the same lock; a stage left behind would never end.
    /// - Returns: who waited for the last jail, if this was it.
    mutating func removeJail(_ jail: JailNumber) -> [CheckedContinuation<Void, Never>] {
        jails[jail] = nil
        guard jails.isEmpty else { return [] }
        defer { waitingForEmpty = [] }
        return waitingForEmpty
    }

    /// - Returns: whether there is something to wait for.
    mutating func waitForEmpty(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        if !jails.isEmpty { waitingForEmpty.append(continuation) }
        return !jails.isEmpty
    }

    /// The stage that runs there.
    subscript(place: StagePlace) -> StageExchange? {
        get { jails[place.jail]?.stages[place.stage] }
        set { jails[place.jail]?.stages[place.stage] = newValue }
    }

    mutating func nextStage(of jail: JailNumber) -> StagePlace {
        jails[jail]?.lastStage += 1
        return StagePlace(jail: jail, stage: jails[jail]?.lastStage ?? 0)
    }

    mutating func nextToken(_ place: StagePlace, _ stream: StageStream) -> UInt64 {
        lastToken += 1
        streams[lastToken] = (place, stream)
        return lastToken
    }

    /// Drops the tokens of a stage that could not be begun.
    mutating func forgetStreams(of place: StagePlace) {
        streams = streams.filter { $0.value.place != place }
    }

    /// Takes all stages of a jail out.
    mutating func takeStages(_ jail: JailNumber) -> [StageExchange] {
        let numbers = jails[jail]?.stages.keys.map(\.self) ?? []
        return numbers.compactMap { takeStage(StagePlace(jail: jail, stage: $0)) }
    }

    /// Takes a stage out, with every descriptor of it that is still open closed.
    mutating func takeStage(_ place: StagePlace) -> StageExchange? {
        guard let stage = self[place] else { return nil }
        self[place] = nil
        for reader in stage.readers.values { endStream(reader.pipe) }
        if let stdin = stage.stdin { endStream(stdin.pipe) }
        return stage
    }

    /// - Throws: where the jail cannot begin a stage now.
    func expectRoom(for stage: StageSpec, in jail: JailNumber) throws {
        if isOver { throw SandboxError.lost }
        guard let entry = jails[jail] else {
            throw SandboxError.broken(site: "jail closed", errno: 0)
        }
        if entry.isClosing { throw CancellationError() }
        if entry.ahead != nil, stage.isConcurrent {
            throw SandboxError.refused(reason: "a program that stands by has its jail to itself")
        }
        guard entry.stages.values.allSatisfy({ $0.isConcurrent && stage.isConcurrent }) else {
            throw SandboxError.refused(reason: "a stage runs already")
        }
    }

    /// Takes out what only the first stage of a jail has.
    mutating func takeFirst(_ jail: JailNumber) -> (files: [SourceFile], ahead: StagePipes?) {
        guard let entry = jails[jail] else { return ([], nil) }
        jails[jail]?.files = []
        jails[jail]?.ahead = nil
        return (entry.files, entry.ahead)
    }

    /// Closes the stage's standard input; this is its token.
    mutating func endInput(of token: UInt64) {
        guard let (place, _) = streams[token], let stdin = self[place]?.stdin else { return }
        endStream(stdin.pipe)
        self[place]?.stdin = nil
    }

    /// Whether the program's output in this stream is left for its reader to catch up.
    func isPaused(_ stream: StageStream, of place: StagePlace) -> Bool {
        [.stdout, .stderr].contains(stream) && self[place]?.flow.isPaused == true
    }

    /// The stage's output pipes that have not ended.
    func outputPipes(of place: StagePlace) -> [OpenPipe] {
        let readers = self[place]?.readers ?? [:]
        return [readers[.stdout], readers[.stderr]].compactMap { $0?.pipe }
    }

    /// Closing a pipe's last descriptor also takes it out of epoll.
    mutating func endStream(_ pipe: OpenPipe?) {
        guard let pipe else { return }
        streams[pipe.token] = nil
        busy.remove(pipe.token)
        Descriptor.close(pipe.descriptor)
    }
}

/// The address of a stage: its jail and its number there.
struct StagePlace: Hashable, Sendable {
    let jail: JailNumber
    let stage: StageNumber
}

enum StageStream: Sendable { case stdin, stdout, stderr, outputs }

/// One jail as this side sees it.
struct JailEntry {
    /// They go in with the first stage.
    var files: [SourceFile] = []
    var stages: [StageNumber: StageExchange] = [:]
    var lastStage: StageNumber = 0
    /// The pipes of a program that was started ahead of its stage.
    var ahead: StagePipes?
    /// The observer of a standby jail, until the jail is taken.
    var changed: (@Sendable (StandbyChange) -> Void)?
    /// Asked to be closed by us, so that its end is a cancellation and not a fault.
    var isClosing = false
}

/// One stage: its pipes, and what has come through them.
struct StageExchange {
    var continuation: CheckedContinuation<StageReport, any Error>?
    var stdin: PipeWriter?
    var readers: [StageStream: PipeReader]
    let output: StageIO.Output
    let isConcurrent: Bool
    /// Killed by us, so that its end is a cancellation and no verdict.
    var isCancelled = false
    /// Writes input that comes while the stage runs.
    var feeder: Task<Void, Never>?
    var flow = OutputFlow()

    /// For after the lock: it resumes who feeds it.
    func stopFeeding() {
        feeder?.cancel()
        stdin?.waiter?.resume(returning: false)
    }
}

/// Whether the program's output is read, or its reader has to catch up first.
struct OutputFlow {
    private(set) var isPaused = false
    /// There was room again before it was noted that there was none.
    private var hasRoomAlready = false

    /// The reader has no room.
    /// - Returns: whether reading is to stop.
    mutating func pause() -> Bool {
        if hasRoomAlready {
            hasRoomAlready = false
            return false
        }
        isPaused = true
        return true
    }

    /// The reader has room again.
    /// - Returns: whether reading is to go on.
    mutating func resume() -> Bool {
        guard isPaused else {
            hasRoomAlready = true
            return false
        }
        isPaused = false
        return true
    }
}

/// The writing end of a pipe, and what is still to be written to it.
struct PipeWriter {
    let pipe: OpenPipe
    var rest: ArraySlice<UInt8>
    /// Whether more may come when the rest is written.
    var isStreamed = false
    /// The feeder that waits until the rest is written; resumed with whether anybody reads it.
    var waiter: CheckedContinuation<Bool, Never>?

    enum Advance {
        case written
        /// The pipe has no room.
        case full
        /// Nobody reads it any more.
        case unread
    }

    /// Writes what the pipe has room for.
    mutating func advance() -> Advance {
        while !rest.isEmpty {
            do throws(KernelError) {
                rest = rest.dropFirst(try write(rest.prefix(64 << 10), to: pipe.descriptor))
            } catch {
                return error.errno == Errno.again ? .full : .unread
            }
        }
        return .written
    }
}
