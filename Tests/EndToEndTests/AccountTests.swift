import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The way of a new account from sign-up to its first run, by HTTP alone.
    @Suite struct Onboarding {
        @Test func `an agent signs up, makes a key, gets a token, and runs code with each`()
            async throws
        {
            try await withServer { server in
                let session = try await server.signUp()
                let key = try await server.makeKey(
                    session,
                    scopes: ["projects:read", "projects:write"]
                )
                let token = try await server.token(key)
                for credential in [session, key.plaintext, token] {
                    let execution = try await server.run(
                        ["language": "python", "code": "print(6 * 7)"],
                        key: Key(credential)
                    )
                    #expect(execution["stdout"].string == "42\n")
                }
                let list = try await server.get(Server.executions, key: Key(token))
                #expect(try list.json["pagination"]["total"].int == 3)

                let revoked = try await server.send(
                    "DELETE",
                    "/api/v1/api-keys/" + key.id,
                    key: Key(session)
                )
                #expect(revoked.status == 200)
                for credential in [key.plaintext, token] {
                    #expect(try await server.get("/v1/usage", key: Key(credential)).status == 401)
                }
                #expect(try await server.get("/v1/usage", key: Key(session)).status == 200)
                for secret in [session, key.plaintext, token, Server.password] {
                    #expect(!server.log.contains(secret))
                }
            }
        }

        @Test func `of those who sign up at once with one address one is let in`() async throws {
            try await withServer(["--sign-ups-per-day", "100"]) { server in
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<8 {
                        group.addTask {
                            let email = number.isMultiple(of: 2) ? "Ada@Example.com" : nil
                            return try await server.signUpAnswer(email: email).status
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.count { $0 == 200 } == 1)
                // Few passwords of one address wait at once.
                #expect(statuses.allSatisfy { [200, 409, 503].contains($0) }, "\(statuses)")
                let session = try await server.signIn()
                let mine = try await server.get("/v1/organizations", key: Key(session))
                #expect(try mine.json["pagination"]["total"].int == 1)
            }
        }

        @Test func `a key that is revoked while it waits ends its program too`() async throws {
            try await withServer { server in
                let session = try await server.signUp()
                let key = try await server.makeKey(session, scopes: ["projects:write"])
                let waiting = try await server.begin(
                    Server.executions,
                    key: Key(key.plaintext),
                    Server.endless
                )
                try await server.awaitJailed(["sleep"])
                let revoked = try await server.send(
                    "DELETE",
                    "/v1/api-keys/" + key.id,
                    key: Key(session)
                )
                #expect(revoked.status == 200)
                let answer = try await waiting.answer()
                #expect(answer.status == 401)
                #expect(answer.errorCode == "UNAUTHORIZED")
                try await eventually("the end of the jail") {
                    ProcessTable.jailed(below: server.program.pid).isEmpty
                }
                let list = try await server.get(Server.executions, key: Key(session))
                #expect(try list.json["data"][0]["status"].string == "cancelled")
            }
        }

        @Test func `what was signed up for survives the server`() async throws {
            try await Deployment.make { deployment in
                var session = ""
                try await deployment.serve { session = try await $0.signUp() }
                try await deployment.serve { server in
                    let me = try await server.get("/v1/users/me", key: Key(session))
                    #expect(try me.json["data"]["email"].string == "ada@example.com")
                    #expect(try await server.signIn() != session)
                    let out = try await server.send(
                        "POST",
                        "/api/auth/sign-out",
                        key: Key(session),
                        headers: ["Origin": "http://127.0.0.1:\(server.port)"]
                    )
                    #expect(out.status == 200)
                    #expect(try await server.get("/v1/users/me", key: Key(session)).status == 401)
                }
            }
        }

        @Test func `where nobody may sign up nobody does`() async throws {
            try await withServer(["--sign-ups-per-day", "0"]) { server in
                let answer = try await server.signUpAnswer()
                #expect(answer.status == 403)
                #expect(answer.errorCode == "FORBIDDEN")
            }
        }
    }

    /// The limits of a plan, which an organization's callers share.
    @Suite struct PlansHeld {
        private static let body: JSONObject = ["language": "bash", "code": "true"]

        /// Writes the shipped limits with other rates for the plan `free`.
        private func limits(
            _ deployment: Deployment,
            _ rates: [String: Int?]
        ) throws -> String {
            let data = try Data(
                contentsOf: Repository.root.appendingPathComponent("limits.json")
            )
            let parsed = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            var root = try #require(parsed)
            var plans = try #require(root["plans"] as? [String: [String: Any]])
            for (name, value) in rates { plans["free"]?[name] = value ?? NSNull() }
            root["plans"] = plans
            let text = try JSONSerialization.data(withJSONObject: root)
            return try deployment.write(String(decoding: text, as: UTF8.self), as: "limits.json")
        }

        @Test func `a day's runs are counted for all keys together, exactly, and kept`()
            async throws
        {
            try await Deployment.make { deployment in
                let rates: [String: Int?] = [
                    "per_second": nil, "penalty_seconds": nil, "per_minute": nil, "per_day": 5,
                    "concurrent": nil,
                ]
                let arguments = ["--limits", try limits(deployment, rates)]
                let first = try await deployment.makeKey(plan: "free")
                let second = try await deployment.makeKey(
                    plan: "free",
                    organization: first.organization
                )
                try await deployment.serve(arguments) { server in
                    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                        for number in 0..<20 {
                            let key = number.isMultiple(of: 2) ? first : second
                            group.addTask {
                                try await server.post(Server.executions, key: key, Self.body).status
                            }
                        }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(statuses.count { $0 == 200 } == 5)
                    #expect(statuses.count { $0 == 429 } == 15)
                }
                try await deployment.serve(arguments) { server in
                    let answer = try await server.post(Server.executions, key: second, Self.body)
                    #expect(answer.status == 429)
                    #expect(try answer.json["error"]["details"]["policy"].string == "per_day")
                    #expect(answer[header: "X-RateLimit-Remaining"] == "0")
                }
            }
        }

        /// - Returns: `nil` if the burst took over a second: a sixth request is allowed then.
        private func burst(at server: Server, key: Key) async throws -> [HTTPAnswer]? {
            let clock = ContinuousClock()
            let start = clock.now
            let answers = try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await server.post(
                            Server.executions,
                            key: key,
                            headers: ["Prefer": "respond-async"],
                            Self.body
                        )
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            return clock.now - start < .seconds(1) ? answers : nil
        }

        @Test func `five a second, and whoever wants a sixth waits for thirty`() async throws {
            try await Deployment.make { deployment in
                let rates: [String: Int?] = [
                    "per_second": 5, "penalty_seconds": 30, "per_minute": nil, "per_day": nil,
                    "concurrent": nil,
                ]
                let arguments = ["--limits", try limits(deployment, rates)]
                try await deployment.serve(arguments) { server in
                    let answers = try await eventually("twelve requests within one second") {
                        try await burst(at: server, key: deployment.makeKey(plan: "free"))
                    }
                    #expect(answers.count { $0.status == 202 } == 5)
                    let refused = answers.filter { $0.status == 429 }
                    #expect(refused.count == 7)
                    for answer in refused {
                        #expect(
                            try answer.json["error"]["details"]["policy"].string == "per_second"
                        )
                        let wait = try #require(answer[header: "Retry-After"].flatMap { Int($0) })
                        #expect((28...30).contains(wait))
                    }
                }
            }
        }
    }
}

extension Server {
    static let password = "Difference-Engine-1837"

    func signUpAnswer(email: String? = nil) async throws -> HTTPAnswer {
        try await post(
            "/api/auth/sign-up/email",
            headers: ["Origin": "http://127.0.0.1:\(port)"],
            ["name": "Ada", "email": email ?? "ada@example.com", "password": Self.password]
        )
    }

    /// - Returns: the session's token.
    func signUp() async throws -> String {
        let answer = try await signUpAnswer()
        try #require(answer.status == 200, "\(answer)")
        return try #require(try answer.json["token"].string)
    }

    func signIn() async throws -> String {
        let answer = try await post(
            "/api/auth/sign-in/email",
            headers: ["Origin": "http://127.0.0.1:\(port)"],
            ["email": "ada@example.com", "password": Self.password]
        )
        try #require(answer.status == 200, "\(answer)")
        return try #require(try answer.json["token"].string)
    }

    func makeKey(_ session: String, scopes: [String]) async throws -> Key {
        let answer = try await post(
            "/api/v1/api-keys",
            key: Key(session),
            ["name": "ci", "scopes": scopes]
        )
        try #require(answer.status == 201, "\(answer)")
        let data = try answer.json["data"]
        return Key(
            id: try #require(data["id"].string),
            plaintext: try #require(data["key"].string),
            organization: try #require(data["organization_id"].string),
            webhookSecret: ""
        )
    }

    /// Returns an access token of the key.
    func token(_ key: Key) async throws -> String {
        let form =
            "grant_type=client_credentials&client_id=\(key.id)&client_secret=\(key.plaintext)"
        let answer = try await send(
            "POST",
            "/oauth/token",
            headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: Data(form.utf8)
        )
        try #require(answer.status == 200, "\(answer)")
        return try #require(try answer.json["access_token"].string)
    }
}

extension Key {
    /// Makes a key of any credential text.
    init(_ credential: String) {
        self.init(id: "", plaintext: credential, organization: "", webhookSecret: "")
    }
}
