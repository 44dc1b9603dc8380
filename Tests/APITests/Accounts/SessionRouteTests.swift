import Domain
import HTTPTypes
import JSON
import TestSupport
import Testing

@testable import API
@testable import Identity

extension Fixture.Caller {
    static let password = "Difference-Engine-1837"
    static let origin: HTTPFields = [.origin: "https://elsewhere.example"]

    /// - Returns: the answer, with the token of the new user's session.
    func signUp(
        _ email: String = "ada@example.com",
        password: String = password,
        headers: HTTPFields = origin
    ) async throws -> Reply {
        try await send(
            .post,
            "/api/auth/sign-up/email",
            #"{"name": "Ada", "email": "\#(email)", "password": "\#(password)"}"#,
            headers: headers
        )
    }

    func signIn(
        _ email: String = "ada@example.com",
        password: String = password,
        headers: HTTPFields = origin
    ) async throws -> Reply {
        try await send(
            .post,
            "/api/auth/sign-in/email",
            #"{"email": "\#(email)", "password": "\#(password)"}"#,
            headers: headers
        )
    }

    func signOut(_ token: String) async throws -> Reply {
        try await send(.post, "/api/auth/sign-out", as: token, headers: Self.origin)
    }

    func token(_ email: String = "ada@example.com") async throws -> String {
        try #require(try await signUp(email)["token"]?.text)
    }
}

@Suite struct SessionRouteTests {
    @Test func `signing up and in answers with a token and the user, and nothing else`()
        async throws
    {
        try await Fixture().run { caller in
            let up = try await caller.signUp()
            let again = try await caller.signIn("ADA@example.com")
            for reply in [up, again] {
                #expect(reply.status == 200)
                #expect(reply["token"]?.text?.hasPrefix("qst_") == true)
                #expect(reply["user.name"] == "Ada")
                #expect(reply["user.email"] == "ada@example.com")
                #expect(reply["user.image"] == .null)
                #expect(reply["user.id"] == up["user.id"])
                #expect(reply["success"] == nil)
                #expect(reply.headers[.setCookie] == nil)
            }
        }
    }

    @Test(arguments: ["", "null", "ftp://x", "https://", "https://a/b", "a b"])
    func `without a proper origin nobody gets in`(origin: String) async throws {
        try await Fixture().run { caller in
            let headers: HTTPFields = origin.isEmpty ? [:] : [.origin: origin]
            for reply in [
                try await caller.signUp(headers: headers),
                try await caller.signIn(headers: headers),
            ] {
                #expect(reply.status == 403)
                #expect(reply.errorCode == "FORBIDDEN")
            }
        }
    }

    @Test func `a foreign page gets nobody in, whatever a browser sends along`() async throws {
        try await Fixture().run { caller in
            var headers = Fixture.Caller.origin
            headers[.secFetchSite] = "cross-site"
            let reply = try await caller.signUp(headers: headers)
            #expect(reply.status == 403)
        }
    }

    @Test func `our own page gets a cookie that no script reads`() async throws {
        try await Fixture().run { caller in
            _ = try await caller.signUp()
            let reply = try await caller.signIn(headers: [.origin: "http://localhost"])
            let cookie = try #require(reply.headers[.setCookie])
            let token = try #require(reply["token"]?.text)
            #expect(
                cookie
                    == "quicksand_session=\(token); Path=/; Max-Age=604800; HttpOnly; SameSite=Lax"
            )
            let secure = try await caller.signIn(headers: [.origin: "https://localhost"])
            #expect(secure.headers[.setCookie]?.hasSuffix("; Secure") == true)
        }
    }

    @Test func `a cookie acts for our own pages only`() async throws {
        try await Fixture().run { caller in
            let cookie: HTTPFields = [
                .cookie: "quicksand_session=\(try await caller.token())"
            ]
            let body = #"{"name": "Ada King"}"#
            #expect(try await caller.send(.get, "/v1/users/me", headers: cookie).status == 200)
            for origin in [nil, "https://elsewhere.example", "null"] {
                var headers = cookie
                headers[.origin] = origin
                let reply = try await caller.send(.patch, "/v1/users/me", body, headers: headers)
                #expect(reply.status == 403)
            }
            var headers = cookie
            headers[.origin] = "http://localhost"
            let reply = try await caller.send(.patch, "/v1/users/me", body, headers: headers)
            #expect(reply["data.name"] == "Ada King")
        }
    }

    @Test func `a weak password is told what it lacks`() async throws {
        try await Fixture().run { caller in
            let reply = try await caller.signUp(password: "short")
            #expect(reply.status == 400)
            #expect(reply.errorCode == "WEAK_PASSWORD")
            #expect(
                reply["error.details.rules"] == ["length", "uppercase", "digit", "symbol"]
            )
        }
    }

    @Test(arguments: [
        (#"{"email": "a@b.co", "password": "x"}"#, "name"),
        (#"{"name": "\u0007", "email": "a@b.co", "password": "x"}"#, "name"),
        (#"{"name": "Ada", "email": "nobody", "password": "x"}"#, "email"),
        (#"{"name": "Ada", "email": 1, "password": "x"}"#, "email"),
        (#"{"name": "Ada", "email": "a@b.co"}"#, "password"),
        (#"{"name": "Ada", "email": "a@b.co", "pasword": "x"}"#, "pasword"),
    ])
    func `a field that is wrong is named`(body: String, field: String) async throws {
        try await Fixture().run { caller in
            let reply = try await caller.send(
                .post,
                "/api/auth/sign-up/email",
                body,
                headers: Fixture.Caller.origin
            )
            #expect(reply.status == 400)
            #expect(reply.errorField == field)
        }
    }

    @Test func `an address is taken once, and an address signs up three in a day`() async throws {
        try await Fixture().run { caller in
            #expect(try await caller.signUp().status == 200)
            let taken = try await caller.signUp("Ada@Example.com")
            #expect(taken.status == 409)
            #expect(taken.errorCode == "CONFLICT")
            #expect(try await caller.signUp("b@example.com").status == 200)
            let refused = try await caller.signUp("c@example.com")
            #expect(refused.status == 429)
            #expect(refused["error.details.policy"] == "sign_ups_per_day")
            #expect(refused.headers[.retryAfter] != nil)
        }
    }

    @Test func `a flood from one address waits, and is told how long`() async throws {
        try await Fixture().run { caller in
            for _ in 0..<20 { _ = try await caller.signUp(password: "short") }
            let upwards = try await caller.signUp()
            for _ in 0..<20 { _ = try await caller.signIn(password: "x") }
            let inwards = try await caller.signIn()
            for (reply, policy) in [(upwards, "sign_up"), (inwards, "sign_in")] {
                #expect(reply.status == 429)
                #expect(reply["error.details.policy"] == .string(policy))
                #expect(reply.headers[.retryAfter] != nil)
            }
        }
    }

    @Test func `where too many passwords wait, the flooder is told to come back`() async throws {
        let fixture = try Fixture()
        let gate = Gate()
        let flooder = PasswordCaller(address: "local", isAddressKnown: false)
        // One password is being hashed, and as many wait as may.
        let waiting = (0...PasswordLine<Void>.waitingPerAddressMax).map { _ in
            Task.immediate { [pool = fixture.hasher.pool] in
                try await pool.run(for: flooder) { gate.wait() }
            }
        }
        try await fixture.run { caller in
            for reply in [try await caller.signUp(), try await caller.signIn()] {
                #expect(reply.status == 503)
                #expect(reply.errorCode == "OVERLOADED")
                #expect(reply.headers[.retryAfter] == "1")
            }
            gate.open()
            for task in waiting { try await task.value }
            // Who was told to come back has not used up a sign-up.
            for number in 0..<3 {
                #expect(try await caller.signUp("\(number)@example.com").status == 200)
            }
        }
    }

    @Test func `unknown and wrong are one answer`() async throws {
        try await Fixture().run { caller in
            _ = try await caller.signUp()
            let wrong = try await caller.signIn(password: "x")
            let unknown = try await caller.signIn("b@example.com")
            #expect(wrong.status == 401)
            #expect(wrong.text == unknown.text)
        }
    }

    @Test func `a session is shown until it is signed out of`() async throws {
        try await Fixture().run { caller in
            let token = try await caller.token()
            let shown = try await caller.send(.get, "/api/auth/get-session", as: token)
            #expect(shown["user.email"] == "ada@example.com")
            #expect(shown["session.userId"] == shown["user.id"])
            let bare = try await caller.send(.post, "/api/auth/sign-out", as: token)
            #expect(bare.status == 403)
            let out = try await caller.signOut(token)
            #expect(out["success"] == true)
            #expect(out.headers[.setCookie]?.contains("Max-Age=0") == true)
            for path in ["/api/auth/get-session"] {
                #expect(try await caller.send(.get, path, as: token).text == "null")
                #expect(try await caller.send(.get, path).text == "null")
            }
            #expect(try await caller.send(.get, "/v1/users/me", as: token).status == 401)
            #expect(try await caller.signOut(token).status == 401)
        }
    }
}
