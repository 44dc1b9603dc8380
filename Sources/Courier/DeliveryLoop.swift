import Domain
import Foundation
import Logging

/// The courier's loop: it chooses due deliveries, passes them to the transfer thread, and saves the
/// outcomes.
///
/// ``DeliveryTurns`` chooses. A body is read when its delivery has a slot, so memory has one body
/// per slot.
///
/// An attempt keeps its slot until its outcome is on disk. So a failing store can only slow the
/// courier down, and never makes it send the same message repeatedly.
struct DeliveryLoop {
    /// The loop's dependencies.
    struct Parts: Sendable {
        let store: any DeliveryStore
        let policy: AddressPolicy
        let clock: WallClock
        let logger: Logger
        let userAgent: String
        let limits: CourierLimits
        let random: @Sendable () -> Double
        let candidateSecret: @Sendable () -> String
    }

    /// The pause after a failure of the store.
    private static let storePauseSeconds = 5.0
    /// The interval between look-ups while a due delivery waits for a slot; a result wakes the loop
    /// earlier.
    private static let backlogSeconds = 1.0
    /// The maximum sleep, so that the loop notices a wall clock that was set forward.
    private static let sleepSecondsMax = 60.0
    /// The number of latest attempts that a delivery keeps; manual retries are unlimited.
    private static let attemptsMax = 64

    private let parts: Parts
    private let thread: TransferThread
    private let continuation: AsyncStream<CourierEvent>.Continuation
    private var slots: Slots
    private var turns: DeliveryTurns
    /// The deliveries whose outcomes are not saved yet; they still hold their slots.
    private var unsaved: [String: DeliverySummary] = [:]
    private var timer: Task<Void, Never>?
    private var isStopping = false

    init(
        _ parts: Parts,
        continuation: AsyncStream<CourierEvent>.Continuation
    ) throws(CourierError) {
        self.parts = parts
        self.continuation = continuation
        slots = Slots(parts.limits)
        turns = DeliveryTurns(
            store: parts.store,
            logger: parts.logger,
            promptMilliseconds: parts.limits.promptMilliseconds
        )
        thread = try TransferThread(
            policy: parts.policy,
            limits: parts.limits,
            userAgent: parts.userAgent
        ) { continuation.yield(.finished($0)) }
    }

    /// Runs until it is told to stop and no attempt is in progress, or until its grace period ends.
    mutating func run(_ events: AsyncStream<CourierEvent>, onWake: () -> Void) async {
        thread.start()
        await pass()
        for await event in events {
            switch event {
            case .wake: onWake()
            case .due: break
            case .finished(let result): record(result)
            case .stop: stop()
            case .graceOver: return await end()
            }
            await pass()
            if isStopping, slots.isEmpty { return await end() }
        }
        await end()
    }

    private mutating func stop() {
        guard !isStopping else { return }
        isStopping = true
        timer?.cancel()
        wake(after: Double(parts.limits.graceMilliseconds) / 1_000, with: .graceOver)
    }

    private mutating func end() async {
        timer?.cancel()
        await thread.stop()
    }

    /// Starts due deliveries for which there is a slot, and sets the timer for the next ones.
    private mutating func pass() async {
        await saveOutcomes()
        guard !isStopping else { return }
        do {
            try await startDue()
            let now = parts.clock.now()
            let next = try await parts.store.nextDeliveryDate()
            let again = unsaved.isEmpty ? Self.backlogSeconds : Self.storePauseSeconds
            let wait = next.map { $0 > now ? $0.timeIntervalSince(now) : again }
            wake(after: min(wait ?? Self.sleepSecondsMax, Self.sleepSecondsMax), with: .due)
        } catch {
            log(error)
            wake(after: Self.storePauseSeconds, with: .due)
        }
    }

    private mutating func wake(after seconds: Double, with event: CourierEvent) {
        timer?.cancel()
        timer = Task { [continuation] in
            // A cancelled sleep sends no event.
            guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
            continuation.yield(event)
        }
    }

    private mutating func startDue() async throws {
        let now = parts.clock.now()
        var waiting: Set<String> = []
        while !slots.isFull,
            let due = try await turns.next(for: slots, passing: &waiting, at: now)
        {
            try await start(due)
        }
    }

    private mutating func start(_ due: DueDelivery) async throws {
        guard let delivery = try await parts.store.wholeDelivery(id: due.id) else { return }
        let now = parts.clock.now()
        let secret = try await parts.store.webhookSecret(
            organization: delivery.organization,
            candidate: parts.candidateSecret()
        )
        let isPrompt = turns.standings[.init(due)].isPrompt
        slots.take(DeliverySummary(delivery), due, isPrompt: isPrompt, at: now)
        guard let url = try? CallbackURL(delivery.url) else {
            return await fail(delivery.id, .addressMalformed)
        }
        guard let signature = WebhookSignature(secret: secret) else {
            return await fail(delivery.id, .failed(reason: "no signing secret"))
        }
        let headers = signature.headers(id: delivery.id, at: now, body: delivery.body)
        thread.submit(
            TransferRequest(id: delivery.id, url: url, headers: headers, body: delivery.body)
        )
    }

    private mutating func fail(_ id: String, _ outcome: Delivery.Outcome) async {
        record(
            TransferResult(
                id: id,
                outcome: outcome,
                retryAfter: nil,
                durationMilliseconds: 0
            )
        )
        await saveOutcomes()
    }

    private mutating func record(_ result: TransferResult) {
        guard let attempt = slots[result.id] else { return }
        let now = parts.clock.now()
        var delivery = attempt.delivery
        delivery.attempts.append(
            Delivery.Attempt(
                startedAt: attempt.startedAt,
                durationMilliseconds: result.durationMilliseconds,
                outcome: result.outcome
            )
        )
        delivery.attempts.removeFirst(max(0, delivery.attempts.count - Self.attemptsMax))
        delivery.state = RetrySchedule().state(
            after: result.outcome,
            attempts: delivery.attempts.count,
            retryAfter: result.retryAfter,
            now: now,
            random: parts.random()
        )
        turns.standings.record(
            result.outcome,
            after: result.durationMilliseconds,
            of: attempt.receiver,
            at: now
        )
        parts.logger.info(
            "callback attempted",
            metadata: ["delivery": "\(delivery.id)", "outcome": "\(result.outcome)"]
        )
        // The next pass saves it, together with the outcomes that could not be saved before.
        unsaved[delivery.id] = delivery
    }

    /// Saves each outcome separately: if the store refuses one, only that one keeps its slot.
    private mutating func saveOutcomes() async {
        for delivery in unsaved.values {
            do {
                try await parts.store.save(delivery)
                unsaved[delivery.id] = nil
                slots.free(delivery.id)
            } catch {
                log(error)
            }
        }
    }

    private func log(_ error: any Error) {
        parts.logger.error("the courier's store failed", metadata: ["error": "\(error)"])
    }
}
