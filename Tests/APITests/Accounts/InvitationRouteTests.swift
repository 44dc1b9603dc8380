import Domain
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

extension Fixture.Caller {
    func organization(of token: String) async throws -> String {
        let me = try await send(.get, "/v1/users/me", as: token)
        guard case .array(let organizations)? = me["data.organizations"] else { return "" }
        return organizations.first?["id"]?.text ?? ""
    }

    func invite(
        _ email: String,
        to organization: String,
        as token: String,
        role: String = "member"
    ) async throws -> Reply {
        try await send(
            .post,
            "/v1/organizations/\(organization)/invitations",
            #"{"email": "\#(email)", "role": "\#(role)"}"#,
            as: token
        )
    }

    func accept(_ id: String, as token: String) async throws -> Reply {
        try await send(.post, "/v1/users/me/invitations/\(id)/accept", as: token)
    }

    /// Makes the user of the token `user` a member.
    func join(
        _ organization: String,
        of owner: String,
        _ email: String,
        as user: String
    )
        async throws
    {
        let invited = try await invite(email, to: organization, as: owner)
        let id = try #require(invited["data.id"]?.text)
        #expect(try await accept(id, as: user).status == 200)
    }
}

@Suite struct InvitationRouteTests {
    @Test func `nobody is put into an organization, and who accepts is in it`() async throws {
        try await Fixture().run { caller in
            let owner = try await caller.token()
            let bob = try await caller.token("bob@example.com")
            let organization = try await caller.organization(of: owner)
            let me = try await caller.send(.get, "/v1/users/me", as: bob)
            let id = try #require(me["data.id"]?.text)
            let place = "/v1/organizations/\(organization)/members/\(id)"
            let put = try await caller.send(.put, place, #"{"role": "member"}"#, as: owner)
            #expect(put.status == 404)

            let invited = try await caller.invite("BOB@example.com", to: organization, as: owner)
            #expect(invited.status == 201)
            #expect(invited["data.expires_at"] == "2026-03-15T12:00:00.000Z")
            let none = try await caller.send(
                .get,
                "/v1/api-keys",
                as: bob,
                headers: [.xOrganizationID: organization]
            )
            #expect(none.status == 401)
            let seen = try await caller.send(.get, "/v1/users/me/invitations", as: bob)
            #expect(seen["data"] == .array([invited["data"] ?? .null]))
            let invitation = try #require(invited["data.id"]?.text)
            #expect(try await caller.accept(invitation, as: owner).status == 404)
            let accepted = try await caller.accept(invitation, as: bob)
            #expect(accepted["data.id"] == .string(organization))
            #expect(accepted["data.role"] == "member")
            #expect(try await caller.accept(invitation, as: bob).status == 404)
            let role = try await caller.send(.put, place, #"{"role": "owner"}"#, as: owner)
            #expect(role["data.role"] == "owner")
        }
    }

    @Test func `an invitation does not tell whether the address has an account`() async throws {
        try await Fixture().run { caller in
            let owner = try await caller.token()
            _ = try await caller.token("bob@example.com")
            let organization = try await caller.organization(of: owner)
            var replies: [Reply] = []
            for email in ["bob@example.com", "eve@example.com"] {
                for _ in 0..<2 {
                    replies.append(try await caller.invite(email, to: organization, as: owner))
                }
            }
            #expect(replies.map(\.status) == [201, 409, 201, 409])
            #expect(replies[1].text == replies[3].text)
            let texts = try [(0, "bob"), (2, "eve")].map { index, name in
                let id = try #require(replies[index]["data.id"]?.text)
                return replies[index].text.replacing(id, with: "").replacing(name, with: "")
            }
            #expect(texts[0] == texts[1])
            // Who signs up later finds the invitation.
            let eve = try await caller.token("eve@example.com")
            let seen = try await caller.send(.get, "/v1/users/me/invitations", as: eve)
            #expect(seen["pagination.total"] == .integer(1))
        }
    }

    @Test func `owners alone invite, list and withdraw`() async throws {
        try await Fixture().run { caller in
            let owner = try await caller.token()
            let bob = try await caller.token("bob@example.com")
            let organization = try await caller.organization(of: owner)
            let path = "/v1/organizations/\(organization)/invitations"
            #expect(try await caller.send(.get, path, as: bob).status == 404)
            try await caller.join(organization, of: owner, "bob@example.com", as: bob)
            let byMember = try await caller.invite("eve@example.com", to: organization, as: bob)
            #expect(byMember.status == 403)
            #expect(try await caller.send(.get, path, as: bob).status == 403)
            let made = try await caller.invite("eve@example.com", to: organization, as: owner)
            let id = try #require(made["data.id"]?.text)
            #expect(try await caller.send(.delete, "\(path)/\(id)", as: bob).status == 403)
            let eve = try await caller.token("eve@example.com")
            let list = try await caller.send(.get, path, as: owner)
            #expect(list["data"] == .array([made["data"] ?? .null]))
            #expect(try await caller.send(.delete, "\(path)/\(id)", as: owner).status == 200)
            #expect(try await caller.send(.delete, "\(path)/\(id)", as: owner).status == 404)
            #expect(try await caller.accept(id, as: eve).status == 404)
        }
    }

    @Test func `who declines is asked no more, until it is invited again`() async throws {
        try await Fixture().run { caller in
            let owner = try await caller.token()
            let bob = try await caller.token("bob@example.com")
            let organization = try await caller.organization(of: owner)
            let made = try await caller.invite("bob@example.com", to: organization, as: owner)
            let id = try #require(made["data.id"]?.text)
            let path = "/v1/users/me/invitations/" + id
            #expect(try await caller.send(.delete, path, as: owner).status == 404)
            #expect(try await caller.send(.delete, path, as: bob).status == 200)
            #expect(try await caller.accept(id, as: bob).status == 404)
            try await caller.join(organization, of: owner, "bob@example.com", as: bob)
        }
    }

    @Test func `an organization invites no more than its plan has members`() async throws {
        try await Fixture().run { caller in
            let owner = try await caller.token()
            let organization = try await caller.organization(of: owner)
            let limit = Sample.free.holdings.members
            for number in 1...limit {
                let reply = try await caller.invite(
                    "\(number)@example.com",
                    to: organization,
                    as: owner
                )
                #expect(reply.status == (number < limit ? 201 : 409))
                guard number == limit else { continue }
                #expect(reply["error.details.limit"] == JSONValue(limit))
            }
        }
    }

    @Test(arguments: [
        (#"{"email": "bob"  , "role": "member"}"#, "email"), (#"{"role": "member"}"#, "email"),
        (#"{"email": "bob@example.com"}"#, "role"),
        (#"{"email": "bob@example.com", "role": "king"}"#, "role"),
    ])
    func `what is wrong with an invitation is named`(body: String, field: String) async throws {
        try await Fixture().run { caller in
            let owner = try await caller.token()
            let organization = try await caller.organization(of: owner)
            let path = "/v1/organizations/\(organization)/invitations"
            let reply = try await caller.send(.post, path, body, as: owner)
            #expect(reply.status == 400)
            #expect(reply.errorField == field)
        }
    }
}
