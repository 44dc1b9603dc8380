import Domain
import Foundation
import Kernel
import Synchronization
import WardenProtocol

// The thread that waits. It alone reads the control socket and the pipes, and closes them.
extension WardenConnection {
    func watch() {
        while true {
            guard let events = try? epoll.wait(milliseconds: attend()) else { return over() }
            for event in events where event.token != Self.controlToken {
                move(event.token, isUnread: !event.ready.isDisjoint(with: .hangUp))
            }
            if events.contains(where: { $0.token == Self.controlToken }) {
                guard readReply() else { return over() }
            }
        }
    }

    /// Does what is due.
    /// - Returns: for how many milliseconds nothing more is.
    private func attend() -> Int32 {
        let now = MonotonicClock.nanoseconds
        for pipe in state.withLock({ $0.busy.takeTurn(now: now) }) { readBusy(pipe) }
        return state.withLock { state in
            for jail in state.deferred.finish(now: now) { try? send(.close(jail)) }
            let waits = [
                state.deferred.waitMilliseconds(now: now),
                state.busy.waitMilliseconds(now: now),
            ]
            return waits.filter { $0 >= 0 }.min() ?? -1
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
            let (stage, isClosing) = state.withLock { state in
                let place = StagePlace(jail: jail, stage: stage)
                return (state.takeStage(place), state.jails[jail]?.isClosing ?? false)
            }
            stage?.fail(.refused(reason: "\(refusal)"), isClosing: isClosing)
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

    /// Fails every stage of this jail.
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
}

extension StageExchange {
    /// The end of a jail that we closed ourselves is a cancellation.
    fileprivate func fail(_ error: SandboxError, isClosing: Bool) {
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
