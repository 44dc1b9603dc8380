import Foundation
import HTTPTypes
import JSON
import Testing

@testable import API

@Suite struct OAuthRouteTests {
    private static let form = "application/x-www-form-urlencoded"

    private func post(
        _ caller: Fixture.Caller,
        to path: String = "/oauth/token",
        _ body: String,
        type: String = form,
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        try await caller.send(.post, path, body, type: type, headers: headers)
    }

    private static var credentials: String {
        "client_id=key_writer&client_secret=" + Keys.secret(Fixture.writer)
    }

    private static func basic(_ id: String, _ secret: String) -> HTTPFields {
        [.authorization: "Basic " + Data("\(id):\(secret)".utf8).base64EncodedString()]
    }

    @Test func `a key gets a token by form and by HTTP Basic, which is a credential`()
        async throws
    {
        try await Fixture().run { caller in
            let grant = "grant_type=client_credentials"
            let byForm = try await post(caller, grant + "&" + Self.credentials)
            let byBasic = try await post(
                caller,
                grant + "&scope=projects:read",
                headers: Self.basic("key_writer", Keys.secret(Fixture.writer))
            )
            for reply in [byForm, byBasic] {
                #expect(reply.status == 200)
                #expect(reply["token_type"] == "bearer")
                #expect(reply["expires_in"] == .integer(3_600))
                #expect(reply.headers[.cacheControl] == "no-store")
                let token = try #require(reply["access_token"]?.text)
                #expect(try await caller.send(.get, "/v1/executions", as: token).status == 200)
            }
            #expect(byForm["scope"] == "projects:read projects:write")
            let narrow = try #require(byBasic["access_token"]?.text)
            let refused = try await caller.send(.post, "/v1/executions", "{}", as: narrow)
            #expect(refused["error.details.required"] == "projects:write")
        }
    }

    @Test(arguments: [
        ("", 400, "invalid_request"), ("grant_type=", 400, "unsupported_grant_type"),
        ("grant_type=password", 400, "unsupported_grant_type"),
        ("grant_type=client_credentials", 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=key_writer", 401, "invalid_client"),
        (
            "grant_type=client_credentials&client_id=key_writer&client_secret=sk_live_x", 401,
            "invalid_client"
        ),
        ("grant_type=client_credentials&grant_type=a", 400, "invalid_request"),
        ("grant_type=%zz", 400, "invalid_request"),
    ])
    func `a refusal has OAuth's shape`(body: String, status: Int, code: String) async throws {
        try await Fixture().run { caller in
            let reply = try await post(caller, body)
            #expect(reply.status == status)
            #expect(reply["error"]?.text == code)
            #expect(reply["error_description"] != nil)
            #expect(
                reply.headers[.wwwAuthenticate]
                    == (status == 401 ? "Basic realm=\"quicksand\"" : nil)
            )
        }
    }

    @Test(arguments: ["revoked", "expired"])
    func `a key that does not hold is no client`(name: String) async throws {
        try await Fixture().run { caller in
            let reply = try await post(
                caller,
                "grant_type=client_credentials&client_id=key_\(name)&client_secret="
                    + Keys.secret(name)
            )
            #expect(reply.status == 401)
            #expect(reply["error"] == "invalid_client")
        }
    }

    @Test(arguments: ["projects:fly", "agents:read", "projects:read admin"])
    func `a scope that the key does not have is invalid`(scope: String) async throws {
        try await Fixture().run { caller in
            let encoded = scope.replacing(" ", with: "+")
            let reply = try await post(
                caller,
                "grant_type=client_credentials&scope=\(encoded)&" + Self.credentials
            )
            #expect(reply.status == 400)
            #expect(reply["error"] == "invalid_scope")
        }
    }

    @Test func `a client that is named in two ways, or in JSON, is refused`() async throws {
        try await Fixture().run { caller in
            let grant = "grant_type=client_credentials&"
            let twice = try await post(
                caller,
                grant + Self.credentials,
                headers: Self.basic("key_writer", Keys.secret(Fixture.writer))
            )
            #expect(twice["error"] == "invalid_request")
            let json = try await post(caller, "{}", type: "application/json")
            #expect(json.status == 400)
            #expect(json["error"] == "invalid_request")
            let bearer = try await post(
                caller,
                "grant_type=client_credentials",
                headers: [.authorization: "Bearer x"]
            )
            #expect(bearer["error"] == "invalid_client")
        }
    }

    @Test func `a token is revoked by its own client, and by no other`() async throws {
        try await Fixture().run { caller in
            let made = try await post(
                caller,
                "grant_type=client_credentials&" + Self.credentials
            )
            let token = try #require(made["access_token"]?.text)
            let other = Self.basic("key_stranger", Keys.secret(Fixture.stranger))
            let foreign = try await post(
                caller,
                to: "/oauth/revoke",
                "token=" + token,
                headers: other
            )
            #expect(foreign.status == 200)
            #expect(try await caller.send(.get, "/v1/usage", as: token).status == 200)
            let own = try await post(
                caller,
                to: "/oauth/revoke",
                "token=\(token)&" + Self.credentials
            )
            #expect(own.status == 200)
            #expect(try await caller.send(.get, "/v1/usage", as: token).status == 401)
            let nonsense = try await post(
                caller,
                to: "/oauth/revoke",
                "token=nonsense&" + Self.credentials
            )
            #expect(nonsense.status == 200)
            let missing = try await post(caller, to: "/oauth/revoke", Self.credentials)
            #expect(missing["error"] == "invalid_request")
        }
    }

    @Test func `the public keys are published`() async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(.get, "/.well-known/jwks.json")
            guard case .array(let keys)? = reply["keys"], let key = keys.first else {
                Issue.record("no keys: \(reply.text)")
                return
            }
            #expect(key["kty"] == "EC")
            #expect(key["alg"] == "ES256")
            #expect(key["x"]?.text?.count == 43)
            #expect(key["d"] == nil)
        }
    }
}
