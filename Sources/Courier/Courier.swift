public import Domain
import Foundation
public import Logging
import Synchronization

/// Delivers results to callback addresses: durably, signed, and to public addresses only.
///
/// A delivery is in the store before anyone is told of it, and stays pending there until an
/// attempt's outcome has been saved. So a process that is killed at any moment delivers at least
/// once, under the same `webhook-id`, and the receiver can tell a repetition by that.
///
/// Who does what: ``TransferThread`` moves bytes and judges addresses; ``RetrySchedule`` decides
/// what an outcome means; ``DeliveryLoop`` loads what is due, hands it over and saves what came of
/// it. The loop sleeps until the next due date, a result or ``wake()``.
public final class Courier: Sendable {
    private let parts: DeliveryLoop.Parts
    private let events: AsyncStream<CourierEvent>
    private let continuation: AsyncStream<CourierEvent>.Continuation
    private let isWoken = Atomic(false)

    /// Starts nothing yet.
    ///
    /// `random` gives 0 to 1, for the jitter. `candidateSecret` makes a `whsec_` secret, for an
    /// organization that has none yet.
    public init(
        store: any DeliveryStore,
        policy: AddressPolicy,
        clock: WallClock,
        logger: Logger,
        userAgent: String,
        limits: CourierLimits = CourierLimits(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        candidateSecret: @escaping @Sendable () -> String
    ) {
        parts = DeliveryLoop.Parts(
            store: store,
            policy: policy,
            clock: clock,
            logger: logger,
            userAgent: userAgent,
            limits: limits,
            random: random,
            candidateSecret: candidateSecret
        )
        (events, continuation) = AsyncStream.makeStream()
    }

    /// Delivers until the task is cancelled.
    ///
    /// Then nothing new begins; attempts under way have a short grace, and what is not finished by
    /// its end stays pending in the store. Called once.
    /// - Throws: ``CourierError``
    public func run() async throws {
        let loop = try DeliveryLoop(parts, continuation: continuation)
        // A task of its own: the store's work must go on to its end when this one is cancelled.
        let work = Task {
            var loop = loop
            await loop.run(events) { _ = isWoken.exchange(false, ordering: .acquiringAndReleasing) }
        }
        await withTaskCancellationHandler {
            await work.value
        } onCancel: {
            continuation.yield(.stop)
        }
    }

    /// Says that a delivery was saved; costs nothing when called often.
    public func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        continuation.yield(.wake)
    }

    /// Makes a delivery due now, whatever became of it before; its attempts are kept.
    ///
    /// Where an attempt is under way already, that one counts.
    public func retry(_ delivery: Delivery) async throws {
        var delivery = delivery
        delivery.state = .pending(nextAttemptAt: parts.clock.now())
        try await parts.store.save(delivery)
        wake()
    }
}

public enum CourierError: Error, Sendable, Hashable {
    /// libcurl could not be set up.
    case curlUnavailable
}

/// What the dispatch loop is told.
enum CourierEvent: Sendable {
    case wake
    /// The time that the loop wanted to be woken at has come.
    case due
    case finished(TransferResult)
    case stop
    case graceOver
}
