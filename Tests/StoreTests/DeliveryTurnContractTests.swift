import Domain
import Foundation
import Testing

/// Whose delivery is next: organizations in turns, and within each its receivers.
@Suite struct DeliveryTurnContractTests {
    private func owe(_ store: any Store, _ deliveries: [Delivery]) async throws {
        for (number, delivery) in deliveries.enumerated() {
            let organization = delivery.organization
            let execution = sampleExecution(
                "exe_\(delivery.id)_\(number)",
                organization: organization,
                state: finished()
            )
            let owed = sampleDelivery(
                delivery.id,
                organization: organization,
                execution: execution.id,
                url: delivery.url,
                state: delivery.state
            )
            try await store.save(execution, deliveries: [owed])
        }
    }

    private func due(
        _ id: String,
        _ second: Double,
        to url: String = "https://example.com/hook",
        organization: String = "org_a"
    ) -> Delivery {
        sampleDelivery(
            id,
            organization: organization,
            url: url,
            state: .pending(nextAttemptAt: moment(second))
        )
    }

    @Test(arguments: Adapter.allCases)
    func `pending deliveries are due at their moment, a receiver's earliest first`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            #expect(try await store.nextDeliveryDate() == nil)
            try await owe(
                store,
                [
                    due("msg_1", 20), due("msg_2", 10),
                    sampleDelivery("msg_3", state: .delivered(at: moment(1))),
                    sampleDelivery("msg_4", state: .failed(at: moment(1))),
                ]
            )
            #expect(try await store.nextDeliveryDate() == moment(10))
            #expect(try await store.dueIDs(at: moment(9.999)) == [])
            #expect(try await store.dueIDs(at: moment(10)) == ["msg_2"])
            #expect(try await store.dueIDs(at: moment(30)) == ["msg_2"])
            #expect(try await store.dueIDs(at: moment(30), excluding: ["msg_2"]) == ["msg_1"])
            #expect(try await store.dueIDs(at: moment(30), excluding: ["msg_2", "msg_1"]) == [])
            #expect(try await store.dueIDs(at: moment(19), excluding: ["msg_2"]) == [])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `receivers take turns, and a backlog hides nobody`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let backlog = (10..<30).map { due("msg_\($0)", 1, to: "https://a.example/\($0)") }
            let others = [
                due("msg_b", 5, to: "https://b.example/"), due("msg_c", 9, to: "http://c.example/"),
                due("msg_d", 3, to: "https://d.example:8443/x"),
            ]
            try await owe(store, backlog + others)
            func look(
                after receiver: String,
                limit: Int = 9
            ) async throws -> (ids: [String], last: String?) {
                let found = try await store.dueDeliveries(
                    organization: "org_a",
                    at: moment(5),
                    after: receiver,
                    excluding: [],
                    limit: limit
                )
                return (found.deliveries.map(\.id), found.last)
            }
            #expect(try await look(after: "").ids == ["msg_10", "msg_b", "msg_d"])
            let circle = try await look(after: "a.example:443")
            #expect(circle.ids == ["msg_b", "msg_d", "msg_10"])
            #expect(circle.last == "a.example:443")
            // One that is not due is looked at too.
            let part = try await look(after: "a.example:443", limit: 2)
            #expect(part.ids == ["msg_b"])
            #expect(part.last == "c.example:80")
            let wrapped = try await look(after: "c.example:80", limit: 2)
            #expect(wrapped.ids == ["msg_d", "msg_10"])
            #expect(try await look(after: "", limit: 0).last == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `organizations take turns`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            try await store.insert(sampleOrganization("org_c"))
            func next(
                after organization: String,
                at second: Double = 5,
                excluding excluded: Set<String> = []
            ) async throws -> String? {
                try await store.organizationOwed(
                    after: organization,
                    at: moment(second),
                    excluding: excluded
                )
            }
            #expect(try await next(after: "") == nil)
            try await owe(
                store,
                [
                    due("msg_1", 4), due("msg_2", 1), due("msg_3", 5, organization: "org_b"),
                    due("msg_4", 6, organization: "org_c"),
                ]
            )
            #expect(try await next(after: "") == "org_a")
            #expect(try await next(after: "org_a") == "org_b")
            #expect(try await next(after: "org_b") == "org_a")
            #expect(try await next(after: "org_b", at: 6) == "org_c")
            #expect(try await next(after: "org_b", excluding: ["org_a"]) == "org_b")
            #expect(try await next(after: "org_b", excluding: ["org_a", "org_b"]) == nil)
            #expect(try await next(after: "org_a", at: 0.5) == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a due delivery tells its size and whether it was tried`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            try await owe(store, [due("msg_1", 1)])
            func found() async throws -> DueDelivery? {
                try await store.dueDeliveries(
                    organization: "org_a",
                    at: moment(5),
                    after: "",
                    excluding: [],
                    limit: 1
                ).deliveries.first
            }
            var known = DueDelivery(
                id: "msg_1",
                organization: "org_a",
                receiver: "example.com:443",
                dueAt: moment(1),
                isRetry: false,
                bodyBytes: 3
            )
            #expect(try await found() == known)
            var delivery = try #require(
                await store.delivery(id: "msg_1", organization: "org_a")
            )
            delivery.attempts = [
                Delivery.Attempt(
                    startedAt: moment(1),
                    durationMilliseconds: 1,
                    outcome: .answered(status: 500)
                )
            ]
            try await store.save(delivery)
            known = DueDelivery(
                id: "msg_1",
                organization: "org_a",
                receiver: "example.com:443",
                dueAt: moment(1),
                isRetry: true,
                bodyBytes: 3
            )
            #expect(try await found() == known)
            #expect(try await store.wholeDelivery(id: "msg_of_nobody") == nil)
        }
    }
}
