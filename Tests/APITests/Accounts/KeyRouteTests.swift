import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API
@testable import Identity

@Suite struct KeyRouteTests {
    private static let body =
        #"{"name": "ci", "scopes": ["projects:read"], "expires_at": "2027-01-31T12:00:00+01:00"}"#

    @Test func `a session makes a key, which is shown once`() async throws {
        try await Fixture().run { caller in
            let token = try await caller.token()
            let made = try await caller.send(.post, "/v1/api-keys", Self.body, as: token)
            #expect(made.status == 201)
            let id = try #require(made["data.id"]?.text)
            let secret = try #require(made["data.key"]?.text)
            #expect(KeySecret(secret) != nil)
            #expect(made.headers[.location] == "/v1/api-keys/" + id)
            #expect(made["data.expires_at"] == "2027-01-31T11:00:00.000Z")
            for path in ["/v1/api-keys/" + id, "/v1/api-keys"] {
                let reply = try await caller.send(.get, path, as: token)
                #expect(reply.text.contains(id))
                #expect(!reply.text.contains(secret))
            }
            let usage = try await caller.send(.get, "/v1/usage", as: secret)
            #expect(usage["data.plan"] == "free")
            let user = try await caller.send(.get, "/v1/users/me", as: secret)
            #expect(user["error.details.required"] == "users:read")
        }
    }

    @Test func `another scope is refused by its name`() async throws {
        try await Fixture().run { caller in
            let token = try await caller.token()
            let reply = try await caller.send(
                .post,
                "/v1/api-keys",
                #"{"name": "ci", "scopes": ["projects:read", "root", "projects:fly"]}"#,
                as: token
            )
            #expect(reply.status == 400)
            #expect(reply.errorCode == "invalid_scope")
            #expect(reply["error.details.scopes"] == ["root", "projects:fly"])
        }
    }

    @Test(arguments: [
        (#"{"scopes": ["read"]}"#, "name"), (#"{"name": "a"}"#, "scopes"),
        (#"{"name": "a", "scopes": []}"#, "scopes"),
        (#"{"name": "a", "scopes": [1]}"#, "scopes[0]"),
        (#"{"name": "a", "scopes": "read"}"#, "scopes"),
        (#"{"name": "a", "scopes": ["read"], "expires_at": "tomorrow"}"#, "expires_at"),
        (#"{"name": "a", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}"#, "expires_at"),
    ])
    func `what is wrong with a new key is named`(body: String, field: String) async throws {
        try await Fixture().run { caller in
            let token = try await caller.token()
            let reply = try await caller.send(.post, "/v1/api-keys", body, as: token)
            #expect(reply.status == 400)
            #expect(reply.errorField == field)
        }
    }

    @Test func `a key cannot grant more than its maker has`() async throws {
        try await Fixture().run { caller in
            let token = try await caller.token()
            let admin = try await caller.send(
                .post,
                "/v1/api-keys",
                #"{"name": "root", "scopes": ["admin"]}"#,
                as: token
            )
            #expect(admin.status == 403)
            #expect(admin["error.details.required"] == "admin")
            let made = try await caller.send(
                .post,
                "/v1/api-keys",
                #"{"name": "maker", "scopes": ["organizations:write", "projects:read"]}"#,
                as: token
            )
            let maker = try #require(made["data.key"]?.text)
            let within = try await caller.send(
                .post,
                "/v1/api-keys",
                #"{"name": "child", "scopes": ["projects:read"]}"#,
                as: maker
            )
            #expect(within.status == 201)
            let beyond = try await caller.send(
                .post,
                "/v1/api-keys",
                #"{"name": "child", "scopes": ["projects:read", "projects:write"]}"#,
                as: maker
            )
            #expect(beyond.status == 403)
            #expect(beyond["error.details.required"] == "projects:write")
        }
    }

    @Test func `an organization has so many keys that work, and revoking one makes room`()
        async throws
    {
        try await Fixture().run { caller in
            let token = try await caller.token()
            let limit = Sample.free.holdings.keys
            let body = #"{"name": "k", "scopes": ["projects:read"]}"#
            func make() async throws -> Reply {
                try await caller.send(.post, "/v1/api-keys", body, as: token)
            }
            let first = try #require(try await make()["data.id"]?.text)
            for _ in 1..<limit { #expect(try await make().status == 201) }
            let refused = try await make()
            #expect(refused.status == 409)
            #expect(refused.errorCode == "CONFLICT")
            #expect(refused["error.details.limit"] == JSONValue(limit))
            _ = try await caller.send(.delete, "/v1/api-keys/" + first, as: token)
            #expect(try await make().status == 201)
            #expect(try await make().status == 409)
        }
    }

    @Test func `revoking a key ends what waits for an answer with it`() async throws {
        let fixture = try Fixture(.hang)
        try await fixture.run { caller in
            let token = try await caller.token()
            let made = try await caller.send(
                .post,
                "/v1/api-keys",
                #"{"name": "ci", "scopes": ["projects:write"]}"#,
                as: token
            )
            let id = try #require(made["data.id"]?.text)
            let secret = try #require(made["data.key"]?.text)
            async let waiting = caller.send(
                .post,
                "/v1/executions",
                #"{"language": "python", "code": "while True: pass"}"#,
                as: secret
            )
            var started = fixture.service.waiting.makeAsyncIterator()
            _ = await started.next()
            let revoked = try await caller.send(.delete, "/v1/api-keys/" + id, as: token)
            #expect(revoked.status == 200)
            #expect(revoked["data.revoked_at"] != .null)
            let ended = try await waiting
            #expect(ended.status == 401)
            #expect(ended.errorCode == "UNAUTHORIZED")
            #expect(try await caller.send(.get, "/v1/usage", as: secret).status == 401)
        }
    }
}
