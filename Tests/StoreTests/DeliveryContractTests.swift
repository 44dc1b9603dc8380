import Domain
import Foundation
import Testing

@Suite struct DeliveryContractTests {
    @Test(arguments: Adapter.allCases)
    func `an execution is saved with what it owes`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let owed = [sampleDelivery("msg_1"), sampleDelivery("msg_2")]
            try await store.save(sampleExecution("exe_1", state: finished()), deliveries: owed)
            for delivery in owed {
                #expect(try await store.wholeDelivery(id: delivery.id) == delivery)
                #expect(
                    try await store.delivery(id: delivery.id, organization: "org_a")
                        == DeliverySummary(delivery)
                )
            }
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an execution whose deliveries cannot be saved is not saved either`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let strayed = sampleDelivery("msg_1", execution: "exe_of_nobody")
            await #expect(throws: (any Error).self) {
                try await store.save(
                    sampleExecution("exe_1", state: finished()),
                    deliveries: [strayed]
                )
            }
            let execution = try await store.execution(id: "exe_1", organization: "org_a")
            let delivery = try await store.delivery(id: "msg_1", organization: "org_a")
            #expect(execution == nil)
            #expect(delivery == nil)
        }
    }

    static let states: [Delivery.State] = [
        .pending(nextAttemptAt: moment(9)), .delivered(at: moment(9)), .failed(at: moment(9)),
    ]

    @Test(arguments: Adapter.allCases, states)
    func `a delivery is read as it was saved`(
        _ adapter: Adapter,
        _ state: Delivery.State
    ) async throws {
        try await adapter.withStore { store async throws in
            var delivery = sampleDelivery("msg_1")
            try await store.save(
                sampleExecution("exe_1", state: finished()),
                deliveries: [delivery]
            )
            delivery.state = state
            delivery.attempts = [
                Delivery.Attempt(
                    startedAt: moment(3.5),
                    durationMilliseconds: 12,
                    outcome: .answered(status: 503)
                ),
                Delivery.Attempt(
                    startedAt: moment(8),
                    durationMilliseconds: 0,
                    outcome: .failed(reason: "connection refused")
                ),
            ]
            try await store.save(DeliverySummary(delivery))
            #expect(try await store.wholeDelivery(id: "msg_1") == delivery)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `another organization's delivery looks like none`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            try await store.save(
                sampleExecution("exe_1", state: finished()),
                deliveries: [sampleDelivery("msg_1")]
            )
            #expect(try await store.delivery(id: "msg_1", organization: "org_b") == nil)
            let listing = try await store.deliveries(organization: "org_b", page: Page())
            #expect(listing.elements.isEmpty)
            #expect(listing.total == 0)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `deliveries are listed newest first, in pages`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let owed = (1...3).map { sampleDelivery("msg_\($0)", createdAt: moment(Double($0))) }
            try await store.save(sampleExecution("exe_1", state: finished()), deliveries: owed)
            let first = try await store.deliveries(organization: "org_a", page: Page(limit: 2))
            #expect(first.elements == [owed[2], owed[1]].map(DeliverySummary.init))
            #expect(first.total == 3)
            let second = try await store.deliveries(
                organization: "org_a",
                page: Page(limit: 2, offset: 2)
            )
            #expect(second.elements == [DeliverySummary(owed[0])])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an organization keeps the first signing secret it was given`(
        _ adapter: Adapter
    )
        async throws
    {
        try await adapter.withStore { store async throws in
            var kept: [String] = []
            for (organization, candidate) in [("org_a", "1"), ("org_a", "2"), ("org_b", "3")] {
                let secret = try await store.webhookSecret(
                    organization: organization,
                    candidate: candidate
                )
                kept.append(secret)
            }
            #expect(kept == ["1", "1", "3"])
            try await store.replaceWebhookSecret(organization: "org_a", with: "4")
            let secret = try await store.webhookSecret(organization: "org_a", candidate: "5")
            #expect(secret == "4")
        }
    }

    @Test(arguments: Adapter.allCases)
    func `everyone who asks at once for a signing secret gets the same`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let secrets = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        try await store.webhookSecret(
                            organization: "org_a",
                            candidate: "whsec_\(number)"
                        )
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(secrets.count == 1)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an open store answers`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            try await store.ping()
        }
    }
}
