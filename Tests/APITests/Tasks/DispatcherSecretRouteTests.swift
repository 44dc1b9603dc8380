import Domain
import Foundation
import HTTPTypes
import Identity
import JSON
import Testing

@testable import API

/// The dispatcher's secret permits access to all organizations' tasks, and to nothing else.
@Suite struct DispatcherSecretRouteTests {
    private static let secret = "0123456789-secret"
    private static let path = TaskRouteTests.path

    private func fixture() throws -> Fixture {
        var fixture = try Fixture()
        fixture.configuration.dispatcherSecret = DispatcherSecret(Self.secret)
        return fixture
    }

    private func order(
        _ caller: Fixture.Caller,
        organization: String?
    ) async throws -> Reply {
        let field = organization.map { #""organization_id": "\#($0)""# } ?? #""priority": 0"#
        return try await caller.send(
            .post,
            Self.path,
            TaskRouteTests.body(field),
            as: Self.secret
        )
    }

    @Test func `it sees and orders the tasks of every organization`() async throws {
        try await fixture().runDispatching { caller in
            let later = TaskRouteTests.body(#""run_after": "2027-01-01T00:00:00Z""#)
            var ids: [String] = []
            for key in [Fixture.agent, Fixture.otherAgent] {
                let reply = try await caller.send(.post, Self.path, later, as: key)
                ids.append(try #require(reply["data.id"]?.text))
            }
            func total(_ query: String) async throws -> JSONValue? {
                let reply = try await caller.send(.get, Self.path + query, as: Self.secret)
                return reply["pagination.total"]
            }
            #expect(try await total("") == .integer(2))
            #expect(try await total("?organization_id=org_2") == .integer(1))
            #expect(try await total("?organization_id=org_3") == .integer(0))
            for (id, organization) in zip(ids, ["org_1", "org_2"]) {
                let path = "\(Self.path)/\(id)"
                let shown = try await caller.send(.get, path, as: Self.secret)
                #expect(shown["data.organization_id"] == .string(organization))
                let cancelled = try await caller.send(.post, path + "/cancel", as: Self.secret)
                #expect(cancelled.status == 200)
                let retried = try await caller.send(.post, path + "/retry", as: Self.secret)
                #expect(retried.status == 202)
            }
            let missing = try await caller.send(.get, Self.path + "/tsk_0", as: Self.secret)
            #expect(missing.status == 404)
        }
    }

    @Test func `with it an order says whose it is, and keeps to that plan`() async throws {
        let fixture = try fixture()
        try await fixture.run { caller in
            let nobodys = try await order(caller, organization: nil)
            #expect(nobodys.status == 400)
            #expect(nobodys.errorField == "organization_id")
            let unknown = try await order(caller, organization: "org_3")
            #expect(unknown.status == 404)
            for (count, status) in [(1, 202), (2, 202), (3, 202), (4, 429)] {
                let reply = try await order(caller, organization: "org_2")
                #expect(reply.status == status, "task \(count)")
            }
            let body = TaskRouteTests.body(
                #""organization_id": "org_1", "limits": {"wall_ms": 10001}"#
            )
            let above = try await caller.send(.post, Self.path, body, as: Self.secret)
            #expect(above.status == 400)
            #expect(above.errorField == "limits.wall_ms")
        }
        let filter = TaskFilter(organization: "org_2")
        #expect(try await fixture.store.tasks(matching: filter, page: Page()).total == 3)
    }

    @Test(arguments: ["org_1", "org_2", "org_3"])
    func `a key may not name an organization, not even its own`(
        organization: String
    ) async throws {
        try await fixture().run { caller in
            let list = try await caller.send(
                .get,
                "\(Self.path)?organization_id=\(organization)",
                as: Fixture.agent
            )
            let ordered = try await caller.send(
                .post,
                Self.path,
                TaskRouteTests.body(#""organization_id": "\#(organization)""#),
                as: Fixture.agent
            )
            for reply in [list, ordered] {
                #expect(reply.status == 403)
                #expect(reply.errorCode == "FORBIDDEN")
                #expect(reply.errorField == "organization_id")
            }
        }
    }

    @Test func `it is shown in any of the forms of a credential`() async throws {
        var fixture = try fixture()
        fixture.configuration.allowsQueryKey = true
        try await fixture.run { caller in
            let forms: [HTTPFields] = [
                [.authorization: "Bearer " + Self.secret], [.authorization: "Token " + Self.secret],
                [.authorization: Self.secret], [.xAPIKey: Self.secret],
            ]
            for headers in forms {
                let reply = try await caller.send(.get, Self.path, headers: headers)
                #expect(reply.status == 200)
            }
            let query = try await caller.send(.get, "\(Self.path)?apiKey=\(Self.secret)")
            #expect(query.status == 200)
            let two = try await caller.send(
                .get,
                Self.path,
                headers: [.authorization: Self.secret, .xAPIKey: Keys.secret(Fixture.agent)]
            )
            #expect(two.status == 401)
        }
    }

    @Test func `anything else is no credential, and without a secret it is none either`()
        async throws
    {
        try await fixture().run { caller in
            for wrong in ["0123456789-secreT", "0123456789-secret-", "0123456789-secre"] {
                let reply = try await caller.send(.get, Self.path, as: wrong)
                #expect(reply.status == 401)
            }
        }
        try await Fixture().run { caller in
            let reply = try await caller.send(.get, Self.path, as: Self.secret)
            #expect(reply.status == 401)
        }
    }

    @Test(arguments: ["/v1/executions", "/v1/executions/exe_1", "/v1/usage", "/v1/deliveries"])
    func `it opens nothing else`(path: String) async throws {
        try await fixture().run { caller in
            let reply = try await caller.send(.get, path, as: Self.secret)
            #expect(reply.status == 401)
        }
    }
}
