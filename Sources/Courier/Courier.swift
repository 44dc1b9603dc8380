// Target `Courier`: callbacks: which delivery is due, one attempt with libcurl on its own thread,
// its signature, and the retry schedule.
// Border: it is the only importer of `CCurl`, and it checks every address when it connects. The
// command line imports it.

public import Domain
import Foundation
public import Logging
import Synchronization

/// Delivers results to callback addresses: durably, signed, and to public addresses only.
///
/// The store has a delivery before the execution's end is reported, and keeps it pending until an
/// attempt's outcome is saved. So delivery is at least once across a `kill -9`, and the receiver
/// recognizes a repetition by its `webhook-id`.
///
/// Who does what: ``TransferThread`` moves bytes and judges addresses; ``RetrySchedule`` decides
/// what an outcome means; ``DeliveryLoop`` loads what is due, hands it over and saves the outcome.
/// The loop sleeps until the next due date, a result or ``wake()``.
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
}

public enum CourierError: Error, Sendable, Hashable {
    /// libcurl could not be set up.
    case curlUnavailable
}

/// The events of the delivery loop.
enum CourierEvent: Sendable {
    case wake
    /// The time that the loop wanted to be woken at has come.
    case due
    case finished(TransferResult)
    case stop
    case graceOver
}
