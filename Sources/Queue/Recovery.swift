import Domain
import Foundation
import Logging

/// The recovery of executions that a dead worker accepted and did not finish, after a start and
/// while this process runs.
struct Recovery: Sendable {
    private let table: QueueTable
    private let lifecycle: ExecutionLifecycle
    private let records: ExecutionRecords
    private let runtimes: Runtimes
    private let clock: WallClock
    private let logger: Logger

    init(
        table: QueueTable,
        lifecycle: ExecutionLifecycle,
        records: ExecutionRecords,
        runtimes: Runtimes,
        clock: WallClock,
        logger: Logger
    ) {
        self.table = table
        self.lifecycle = lifecycle
        self.records = records
        self.runtimes = runtimes
        self.clock = clock
        self.logger = logger
    }

    /// Claims the unfinished executions that no worker holds, and queues them again, oldest first,
    /// without charging them again.
    ///
    /// An execution that was running gets one more attempt. An execution that was running at the
    /// end of too many processes may have caused those ends, and ends as our fault.
    /// - Throws: an error of the store.
    func recover() async throws {
        try await records.join()
        try await takeUpClaims()
    }

    /// Takes up the executions that other workers lose, until the task is cancelled.
    ///
    /// - Parameter pause: waits between two checks.
    func takeUpLost(_ pause: @Sendable () async throws -> Void) async {
        var strays: Set<String> = []
        while (try? await pause()) != nil, !table.isDraining {
            do {
                strays = try await releaseStrays(seenBefore: strays)
                try await takeUpClaims()
            } catch {
                logger.error("lost executions not recovered", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Releases executions that this worker holds in the store and lacks in its table, so that they
    /// can be claimed again.
    ///
    /// Such a stray remains when the answer to a claim was lost, or a later step failed. An
    /// execution is not released the first time it is seen, because it may be about to enter or
    /// leave the table.
    /// - Returns: the executions that were seen for the first time.
    private func releaseStrays(seenBefore: Set<String>) async throws -> Set<String> {
        let strays = try await records.held().filter { table.entry($0) == nil }
        for id in strays.intersection(seenBefore) {
            logger.warning("stray claim released", metadata: ["execution": "\(id)"])
            try await records.release(id: id)
        }
        return strays.subtracting(seenBefore)
    }

    private func takeUpClaims() async throws {
        // While the service drains, a claimed execution would be released and claimed again without
        // end.
        while !table.isDraining {
            let claimed = try await records.claim()
            if claimed.isEmpty { return }
            for execution in claimed { try await recover(execution) }
        }
    }

    private func recover(_ execution: Execution) async throws {
        guard let runtime = runtimes.runtime(of: execution.request) else {
            return try await giveUp(execution, because: "its runtime is not installed")
        }
        if case .running = execution.state, execution.attempts >= QueueState.attemptsMax {
            return try await giveUp(
                execution,
                because: "it was running each time the service ended"
            )
        }
        await takeUp(execution, on: runtime)
    }

    private func takeUp(_ execution: Execution, on runtime: Runtime) async {
        var queued = execution
        queued.state = .queued
        let entry = QueueState.Entry(
            execution: queued,
            runtime: runtime,
            durability: .accepted,
            isCharged: true
        )
        entry.events.append(.status(.queued, attempt: execution.attempts))
        let readmission = table.decide { state, now in
            let readmission = state.readmit(entry)
            if readmission == .admitted {
                _ = state.enqueue(entry.id, isCharged: true, at: now)
            }
            return readmission
        }
        switch readmission {
        case .admitted: break
        case .known: return
        case .draining: return await records.release(execution)
        }
        lifecycle.startWaiting()
        logger.notice(
            "execution taken up again",
            metadata: ["execution": "\(execution.id)", "attempts": "\(execution.attempts)"]
        )
    }

    private func giveUp(_ execution: Execution, because reason: String) async throws {
        logger.error(
            "accepted execution given up",
            metadata: [
                "execution": "\(execution.id)", "reason": "\(reason)",
                "language": "\(execution.request.language)",
                "version": "\(execution.request.version)",
            ]
        )
        var faulted = execution
        faulted.state = .faulted(startedAt: nil, finishedAt: clock.now())
        do {
            try await records.writeDown(faulted, durability: .accepted) { table.isDraining }
            await records.refund(faulted)
        } catch is ClaimLost {
            // The other worker runs the execution on the same charge.
        }
    }
}

extension Runtimes {
    /// Returns the runtime of the request, in exactly its version.
    func runtime(of request: ExecutionRequest) -> Runtime? {
        installed.first { $0.name == request.language && $0.version == request.version }
    }
}
