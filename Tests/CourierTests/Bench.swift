import Courier
import Domain
import Foundation
import Logging
import Synchronization
import TestSupport

/// A running courier with its fakes.
struct Bench {
    let store: FakeStore
    let clock = ManualClock()
    let courier: Courier

    static let loopback = ["127.0.0.0/8", "::1"].compactMap(CIDR.init)

    init(
        _ deliveries: [Delivery],
        store: FakeStore? = nil,
        allowing: [CIDR] = Bench.loopback,
        isOwn: @escaping @Sendable (IPAddress) -> Bool? = OwnAddress.contains,
        limits: CourierLimits = .patient
    ) {
        let store = store ?? FakeStore(deliveries)
        self.store = store
        courier = Courier(
            store: store,
            policy: AddressPolicy(allowing: allowing, isOwn: isOwn),
            clock: clock.wallClock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            userAgent: "quicksand-test",
            limits: limits,
            random: { 0 },
            candidateSecret: { FakeStore.secret }
        )
    }

    /// Runs the courier while `body` runs, and then stops it.
    func run(_ body: () async throws -> Void) async throws {
        let running = Task { [courier] in try await courier.run() }
        do {
            try await body()
        } catch {
            running.cancel()
            throw error
        }
        running.cancel()
        try await running.value
    }

    /// Returns the delivery after this many attempts.
    func delivery(_ id: String = "msg_1", afterAttempts count: Int) async -> Delivery? {
        await store.delivery(id) { $0.attempts.count >= count }
    }
}

extension CourierLimits {
    /// Limits with so much time for each attempt that only an attempt that is meant to time out
    /// does, and none is slow.
    static var patient: CourierLimits {
        var limits = CourierLimits()
        limits.connectMilliseconds = 300_000
        limits.totalMilliseconds = 300_000
        limits.promptMilliseconds = 300_000
        return limits
    }
}

extension Delivery {
    static func due(
        _ id: String = "msg_1",
        to url: String,
        organization: String = "org_1",
        body: String = #"{"type":"execution.finished","text":"ü\u0000"}"#
    ) -> Delivery {
        Delivery(
            id: id,
            organization: organization,
            subject: .execution("exe_1"),
            url: url,
            body: Data(body.utf8),
            createdAt: ManualClock.start,
            state: .pending(nextAttemptAt: ManualClock.start)
        )
    }
}
