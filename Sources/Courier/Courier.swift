// Target `Courier`: callbacks: the choice of due deliveries, one attempt with libcurl on its own
// thread, its signature, and the retry schedule.
// Border: it is the only importer of `CCurl`, and it checks every address when it connects. The
// command line imports it.

public import Domain
import Foundation
public import Logging
import Synchronization

/// Delivers results to callback URLs: durably, signed, and only to public addresses.
///
/// The store has the delivery before the execution's end is reported, and keeps it pending until an
/// attempt's outcome is saved. So delivery is at-least-once even across a `kill -9`, and the
/// receiver recognizes a repetition by its `webhook-id`.
///
/// ``DeliveryTurns`` chooses the next delivery, so that slow and dead receivers delay no others;
/// ``TransferThread`` moves bytes and checks addresses; ``RetrySchedule`` derives the next state
/// from an outcome; ``DeliveryLoop`` passes what is chosen to the thread and saves the outcomes.
/// The loop sleeps until the next due date, a result or ``wake()``.
public final class Courier: Sendable {
    private let parts: DeliveryLoop.Parts
    private let events: AsyncStream<CourierEvent>
    private let continuation: AsyncStream<CourierEvent>.Continuation
    private let isWoken = Atomic(false)

    /// Creates a courier, which is not started.
    ///
    /// `random` returns 0 to 1, for the jitter. `candidateSecret` makes a `whsec_` secret, for an
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
    /// After the cancellation no attempt starts; attempts in progress have a short grace period,
    /// and unfinished ones stay pending in the store. It may be called only once.
    /// - Throws: ``CourierError``
    public func run() async throws {
        let loop = try DeliveryLoop(parts, continuation: continuation)
        // The loop has its own task, so that writes to the store complete when this task is
        // cancelled.
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

    /// Tells the loop that a delivery was saved; frequent calls cost nothing.
    public func wake() {
        guard !isWoken.exchange(true, ordering: .acquiringAndReleasing) else { return }
        continuation.yield(.wake)
    }
}

public enum CourierError: Error, Sendable, Hashable {
    /// libcurl could not be set up.
    case curlUnavailable
}

/// The events of the delivery loop.
enum CourierEvent: Sendable {
    case wake
    /// The loop's timer has fired.
    case due
    case finished(TransferResult)
    case stop
    case graceOver
}
