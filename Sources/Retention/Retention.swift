// Target `Retention`: deletes records that are older than the retention period of their plan, in
// small batches beside the running work.
// Border: it uses the store only through the port of `Domain`. The command line imports it.

public import Domain
import Foundation
public import Logging
import Synchronization

/// Deletes records that are older than their retention period, beside the running work.
///
/// It is one loop. It deletes every kind of record in batches, each in its own transaction with a
/// pause after it, so that no request waits for more than one batch. Then it returns the free pages
/// to the file system, and sleeps for ``periodSeconds``, which is short enough since periods are
/// counted in days. If the store fails, the loop continues after that sleep.
public final class Retention: Sendable {
    /// The retention periods of ended work.
    public struct Terms: Sendable {
        /// The period of plans that set none; 0 means without end.
        let standardDays: Int
        let daysByPlan: [String: Int]

        /// - Parameter standardDays: the period of plans that set none; 0 means without end.
        public init(standardDays: Int, plans: Plans) {
            self.standardDays = standardDays
            daysByPlan = Dictionary(
                uniqueKeysWithValues: plans.names.compactMap { name in
                    plans[name]?.holdings.keepDays.map { (name, $0) }
                }
            )
        }

        func bounds(at now: Date) -> EndBounds {
            EndBounds(
                standard: Self.bound(standardDays, at: now),
                byPlan: daysByPlan.mapValues { Self.bound($0, at: now) }
            )
        }

        private static func bound(_ days: Int, at now: Date) -> Date? {
            days > 0 ? now.addingTimeInterval(-Double(days) * 86_400) : nil
        }
    }

    static let periodSeconds = 3_600.0
    /// The maximum number of rows in a batch: a row can have megabytes, and a transaction blocks
    /// all other writers.
    static let batchMax = 20
    static let batchPauseSeconds = 0.05

    private let store: any RetentionStore
    private let terms: Terms
    private let clock: WallClock
    private let logger: Logger
    private let pause: @Sendable (Duration) async throws -> Void
    private let deleted = Mutex<[String: Int]>([:])

    /// - Parameter pause: sleeps; tests replace it to control the time.
    public init(
        store: any RetentionStore,
        terms: Terms,
        clock: WallClock,
        logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void = {
            try await Task.sleep(for: $0)
        }
    ) {
        self.store = store
        self.terms = terms
        self.clock = clock
        self.logger = logger
        self.pause = pause
    }

    /// The number of deleted records since the start, by kind.
    public var figures: [(kind: String, deleted: Int)] {
        deleted.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// Runs until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            do {
                try await pass()
            } catch is CancellationError {
                return
            } catch {
                logger.error("records not deleted", metadata: ["error": "\(error)"])
            }
            guard (try? await pause(.seconds(Self.periodSeconds))) != nil else { return }
        }
    }

    private func pass() async throws {
        let now = clock.now()
        let bounds = terms.bounds(at: now)
        let kinds: [OutlivedRecord] = [
            .tasks(bounds), .executions(bounds),
            .idempotencyKeys(
                claimedBefore: now.addingTimeInterval(-IdempotencyClaim.lifetimeSeconds)
            ),
            .sessions(expiredBefore: now), .revokedTokens(expiredBefore: now),
        ]
        for kind in kinds { try await deleteAll(kind) }
        while try await store.giveBackSpace() { try await rest() }
    }

    private func deleteAll(_ kind: OutlivedRecord) async throws {
        var total = 0
        var batch = Self.batchMax
        while batch == Self.batchMax {
            batch = try await store.delete(kind, limit: Self.batchMax)
            total += batch
            deleted.withLock { $0[kind.name, default: 0] += batch }
            if batch > 0 { try await rest() }
        }
        guard total > 0 else { return }
        logger.info("records deleted", metadata: ["kind": "\(kind.name)", "count": "\(total)"])
    }

    private func rest() async throws {
        try await pause(.seconds(Self.batchPauseSeconds))
    }
}
