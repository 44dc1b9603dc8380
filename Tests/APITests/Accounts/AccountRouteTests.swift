import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API
@testable import Identity

@Suite struct OrganizationRouteTests {
    /// Runs `body` with two users; the second is a member of the first's organization.
    private func withMember(
        _ body:
            @Sendable (
                _ caller: Fixture.Caller, _ owner: String, _ member: String, _ organization: String,
                _ memberID: String
            ) async throws -> Void
    ) async throws {
        try await Fixture().run { caller in
            let owner = try await caller.token()
            let member = try await caller.token("bob@example.com")
            let mine = try await caller.send(.get, "/v1/organizations", as: owner)
            guard case .array(let organizations)? = mine["data"],
                let organization = organizations.first?["id"]?.text
            else {
                Issue.record("no organization: \(mine.text)")
                return
            }
            let me = try await caller.send(.get, "/v1/users/me", as: member)
            let memberID = try #require(me["data.id"]?.text)
            try await caller.join(organization, of: owner, "bob@example.com", as: member)
            try await body(caller, owner, member, organization, memberID)
        }
    }

    @Test func `a member acts for an organization by naming it`() async throws {
        try await withMember { caller, _, member, organization, _ in
            let own = try await caller.send(.get, "/v1/organizations", as: member)
            #expect(own["pagination.total"] == .integer(2))
            let headers: HTTPFields = [.xOrganizationID: organization]
            let keys = try await caller.send(.get, "/v1/api-keys", as: member, headers: headers)
            #expect(keys.status == 200)
            let made = try await caller.send(
                .post,
                "/v1/api-keys",
                #"{"name": "a", "scopes": ["projects:read"]}"#,
                as: member,
                headers: headers
            )
            #expect(made.status == 403)
            let foreign = try await caller.send(
                .get,
                "/v1/api-keys",
                as: member,
                headers: [.xOrganizationID: "org_1"]
            )
            #expect(foreign.status == 401)
        }
    }

    @Test func `members come and go, and an owner stays`() async throws {
        try await withMember { caller, owner, member, organization, memberID in
            let path = "/v1/organizations/\(organization)/members"
            let list = try await caller.send(.get, path, as: member)
            #expect(list["pagination.total"] == .integer(2))
            let me = try await caller.send(.get, "/v1/users/me", as: owner)
            let ownerID = try #require(me["data.id"]?.text)
            for (role, status) in [(#"{"role": "king"}"#, 400), (#"{"role": "member"}"#, 409)] {
                let reply = try await caller.send(.put, "\(path)/\(ownerID)", role, as: owner)
                #expect(reply.status == status)
            }
            let byMember = try await caller.send(.delete, "\(path)/\(ownerID)", as: member)
            #expect(byMember.status == 403)
            let last = try await caller.send(.delete, "\(path)/\(ownerID)", as: owner)
            #expect(last.status == 409)
            let left = try await caller.send(.delete, "\(path)/\(memberID)", as: member)
            #expect(left.status == 200)
            #expect(left["data.revoked_keys"] == .array([]))
            let gone = try await caller.send(.delete, "\(path)/\(memberID)", as: owner)
            #expect(gone.status == 404)
            #expect(try await caller.send(.get, path, as: member).status == 404)
        }
    }

    /// Makes a key with these scopes in the organization.
    private func key(
        _ scopes: String,
        by member: String,
        of organization: String,
        _ caller: Fixture.Caller
    ) async throws -> (id: String, secret: String) {
        let made = try await caller.send(
            .post,
            "/v1/api-keys",
            #"{"name": "k", "scopes": [\#(scopes)]}"#,
            as: member,
            headers: [.xOrganizationID: organization]
        )
        #expect(made.status == 201)
        return (
            try #require(made["data.id"]?.text), try #require(made["data.key"]?.text)
        )
    }

    @Test func `a key does no more than its maker may now, and nothing once the maker has gone`()
        async throws
    {
        try await withMember { caller, owner, member, organization, memberID in
            let place = "/v1/organizations/\(organization)/members/\(memberID)"
            let secretPath = "/v1/organizations/\(organization)/webhook-secret"
            _ = try await caller.send(.put, place, #"{"role": "owner"}"#, as: owner)
            let scopes = #""read", "write", "delete""#
            let made = try await key(scopes, by: member, of: organization, caller)
            #expect(try await caller.send(.get, secretPath, as: made.secret).status == 200)

            _ = try await caller.send(.put, place, #"{"role": "member"}"#, as: owner)
            #expect(try await caller.send(.get, secretPath, as: made.secret).status == 403)
            let again = try await caller.send(.put, place, #"{"role": "owner"}"#, as: made.secret)
            #expect(again.status == 403)
            #expect(try await caller.send(.get, "/v1/projects", as: made.secret).status == 200)
            let project = #"{"name": "p", "language": "python"}"#
            let created = try await caller.send(.post, "/v1/projects", project, as: made.secret)
            #expect(created.status == 201)

            let removed = try await caller.send(.delete, place, as: owner)
            #expect(removed.status == 200)
            #expect(removed["data.revoked_keys"] == .array([.string(made.id)]))
            let gone = try await caller.send(.get, "/v1/projects", as: made.secret)
            #expect(gone.status == 401)
            // Who comes back finds no old key.
            try await caller.join(organization, of: owner, "bob@example.com", as: member)
            let back = try await caller.send(.get, "/v1/projects", as: made.secret)
            #expect(back.status == 401)
        }
    }

    @Test func `a name is the owner's to change, a plan an admin's`() async throws {
        let fixture = try Fixture()
        let admin = KeySecret()
        try await fixture.run { caller in
            let owner = try await caller.token()
            let mine = try await caller.send(.get, "/v1/organizations", as: owner)
            guard case .array(let list)? = mine["data"], let id = list.first?["id"]?.text else {
                return
            }
            let path = "/v1/organizations/" + id
            let named = try await caller.send(.patch, path, #"{"name": "Engines"}"#, as: owner)
            #expect(named["data.name"] == "Engines")
            let refused = try await caller.send(.patch, path, #"{"plan": "free"}"#, as: owner)
            #expect(refused["error.details.required"] == "admin")
            try await fixture.store.insert(
                APIKey(
                    id: "key_admin",
                    name: "admin",
                    digest: admin.digest,
                    organization: "org_1",
                    scopes: ["admin"],
                    createdAt: Sample.now
                )
            )
            let unknown = try await caller.send(
                .patch,
                path,
                #"{"plan": "gold"}"#,
                as: admin.plaintext
            )
            #expect(unknown.errorField == "plan")
            let moved = try await caller.send(
                .patch,
                path,
                #"{"plan": "anonymous"}"#,
                as: admin.plaintext
            )
            #expect(moved["data.plan"] == "anonymous")
            let usage = try await caller.send(.get, "/v1/usage", as: owner)
            #expect(usage["data.plan"] == "anonymous")
            let all = try await caller.send(.get, "/v1/organizations", as: admin.plaintext)
            #expect(all["pagination.total"] == .integer(3))
        }
    }
}

@Suite struct WebhookSecretTests {
    @Test func `an owner reads the secret of its callbacks, and has a new one made`()
        async throws
    {
        try await Fixture().run { caller in
            let token = try await caller.token()
            let mine = try await caller.send(.get, "/v1/organizations", as: token)
            guard case .array(let list)? = mine["data"], let id = list.first?["id"]?.text else {
                return
            }
            let path = "/v1/organizations/\(id)/webhook-secret"
            let first = try await caller.send(.get, path, as: token)
            let again = try await caller.send(.get, path, as: token)
            let new = try await caller.send(.post, path, as: token)
            let kept = try await caller.send(.get, path, as: token)
            #expect(first["data.secret"]?.text?.hasPrefix("whsec_") == true)
            #expect(first.text == again.text)
            #expect(new["data.secret"] != first["data.secret"])
            #expect(new.text == kept.text)
        }
    }
}

@Suite struct UserRouteTests {
    @Test func `a user sees and changes itself, also through its keys`() async throws {
        try await Fixture().run { caller in
            let token = try await caller.token()
            let made = try await caller.send(
                .post,
                "/v1/api-keys",
                #"{"name": "a", "scopes": ["users:read", "users:write"]}"#,
                as: token
            )
            let key = try #require(made["data.key"]?.text)
            let changed = try await caller.send(
                .patch,
                "/v1/users/me",
                #"{"name": "Ada King", "image": "https://example.com/a.png"}"#,
                as: key
            )
            #expect(changed["data.name"] == "Ada King")
            #expect(changed["data.image"] == "https://example.com/a.png")
            let cleared = try await caller.send(
                .patch,
                "/v1/users/me",
                #"{"image": null}"#,
                as: token
            )
            #expect(cleared["data.image"] == .null)
            #expect(cleared["data.name"] == "Ada King")
            let bad = try await caller.send(
                .patch,
                "/v1/users/me",
                #"{"image": "javascript:alert(1)"}"#,
                as: token
            )
            #expect(bad.errorField == "image")
        }
    }

    @Test func `where a caller stands is said in every answer`() async throws {
        try await Fixture().run { caller in
            for path in ["/v1/executions", "/v1/deliveries", "/v1/executions/exe_0", "/v1/usage"] {
                let reply = try await caller.send(.get, path, as: Fixture.reader)
                #expect(reply.headers[.xRateLimitLimit] == "10", "\(path)")
                #expect(reply.headers[.rateLimitPolicy] != nil, "\(path)")
            }
            let refused = try await caller.send(.get, "/v1/users/me", as: Fixture.reader)
            #expect(refused.status == 403)
            #expect(refused.headers[.xRateLimitLimit] == "10")
            #expect(try await caller.send(.get, "/v1/usage", as: "x").headers[.rateLimit] == nil)
        }
    }
}
