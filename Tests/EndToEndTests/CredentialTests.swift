import Foundation
import Testing

extension EndToEnd {
    /// Keys, and the answers to callers without one.
    @Suite struct Credentials {
        private static let body: JSONObject = ["language": "bash", "code": "echo mine"]

        @Test func `a key is accepted in each of its forms`() async throws {
            try await withKey { server, key in
                let forms = [
                    ["Authorization": "Bearer \(key.plaintext)"],
                    ["Authorization": "Token \(key.plaintext)"],
                    ["Authorization": key.plaintext], ["X-API-Key": key.plaintext],
                ]
                for headers in forms {
                    let answer = try await server.send("GET", "/v1/usage", headers: headers)
                    #expect(answer.status == 200)
                    #expect(try answer.json["data"]["plan"].string == "enterprise")
                }
                let query = try await server.get("/v1/executions?apiKey=\(key.plaintext)")
                #expect(query.status == 401)
            }
        }

        @Test func `every credential that does not hold gets the same answer`() async throws {
            try await withKey { server, key in
                let revoked = try await server.deployment.makeKey()
                let data = server.deployment.data
                let result = try await quicksand(["keys", "revoke", revoked.id, "--data", data])
                #expect(result.code == 0)
                let middle = key.plaintext.index(key.plaintext.startIndex, offsetBy: 20)
                var altered = key.plaintext
                altered.replaceSubrange(middle...middle, with: altered[middle] == "a" ? "b" : "a")
                let headers: [[String: String]] = [
                    [:], ["Authorization": "Bearer"], ["Authorization": "Bearer nonsense"],
                    ["Authorization": "Bearer \(altered)"],
                    ["Authorization": "Bearer \(revoked.plaintext)"],
                    ["Authorization": "Basic dTpw"], ["X-API-Key": "' OR 1=1 --"],
                    [
                        "Authorization": "Bearer \(key.plaintext)",
                        "X-API-Key": revoked.plaintext,
                    ],
                ]
                var bodies: Set<Data> = []
                for headers in headers {
                    let answer = try await server.post(
                        Server.executions,
                        headers: headers,
                        Self.body
                    )
                    #expect(answer.status == 401, "\(headers)")
                    #expect(answer.errorCode == "UNAUTHORIZED")
                    #expect(answer[header: "WWW-Authenticate"] == "Bearer")
                    bodies.insert(answer.body)
                }
                #expect(bodies.count == 1)
            }
        }

        @Test func `a key that is revoked beside the server is refused at once`() async throws {
            try await withKey { server, key in
                _ = try await server.run(Self.body, key: key)
                let data = server.deployment.data
                let result = try await quicksand(["keys", "revoke", key.id, "--data", data])
                #expect(result.code == 0, "\(result.stderr)")
                let answer = try await server.post(Server.executions, key: key, Self.body)
                #expect(answer.status == 401)
                let list = try await quicksand(["keys", "list", "--data", data])
                #expect(list.stdout.contains("revoked"))
                #expect(!list.stdout.contains(key.plaintext))
            }
        }

        @Test func `a key without the scope is told which one it lacks`() async throws {
            try await Deployment.make { deployment in
                let key = try await deployment.makeKey(scopes: ["projects:read"])
                try await deployment.serve { server in
                    #expect(try await server.get(Server.executions, key: key).status == 200)
                    let answer = try await server.post(Server.executions, key: key, Self.body)
                    #expect(answer.status == 403)
                    let required = try answer.json["error"]["details"]["required"].string
                    #expect(required == "projects:write")
                }
            }
        }

        @Test func `another organization's execution cannot be told from none`() async throws {
            try await withKey { server, key in
                let id = try #require(try await server.run(Self.body, key: key)["id"].string)
                let own = try await server.deployment.makeKey(organization: key.organization)
                #expect(try await server.execution(id, key: own)["id"].string == id)

                let stranger = try await server.deployment.makeKey()
                for method in ["GET", "DELETE"] {
                    let foreign = try await server.send(
                        method,
                        "\(Server.executions)/\(id)",
                        key: stranger
                    )
                    let missing = try await server.send(
                        method,
                        "\(Server.executions)/exe_0",
                        key: stranger
                    )
                    #expect(foreign.status == 404)
                    #expect(missing.status == 404)
                    #expect(foreign.body == missing.body)
                }
                let list = try await server.get(Server.executions, key: stranger)
                #expect(try list.json["pagination"]["total"].int == 0)
            }
        }

        @Test func `no key and no webhook secret is ever logged`() async throws {
            let arguments = ["--log-level", "debug", "--allow-query-key"]
            try await withKey(arguments) { server, key in
                _ = try await server.run(Self.body, key: key)
                let query = try await server.get("/v1/usage?apiKey=\(key.plaintext)")
                #expect(query.status == 200)
                _ = try await server.send(
                    "GET",
                    "/v1/nowhere",
                    headers: ["X-API-Key": key.plaintext]
                )
                _ = try await server.post(
                    Server.executions,
                    key: key,
                    ["language": key.plaintext, "code": ""]
                )
                try await server.awaitLog("/v1/usage")
                #expect(!server.log.contains(key.plaintext))
                #expect(!server.log.contains(key.webhookSecret))
            }
        }
    }
}
