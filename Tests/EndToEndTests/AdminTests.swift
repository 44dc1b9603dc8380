import Foundation
import Testing

extension EndToEnd {
    /// The operator's commands beside a running server.
    @Suite struct Administration {
        private func admin(
            _ server: Server,
            _ arguments: [String]
        ) async throws -> CommandResult {
            try await quicksand(["admin"] + arguments + ["--data", server.deployment.data])
        }

        private func plan(of key: Key, at server: Server) async throws -> String? {
            try await server.get("/v1/usage", key: key).json["data"]["plan"].string
        }

        @Test func `an organization is on its new plan from the next request on`() async throws {
            try await withKey(plan: "free") { server, key in
                #expect(try await plan(of: key, at: server) == "free")
                let result = try await admin(server, ["plan", key.organization, "pro"])
                #expect(result.code == 0, "\(result.stderr)")
                #expect(result.stdout == "moved \(key.organization) from free to pro\n")
                #expect(try await plan(of: key, at: server) == "pro")
                let body: JSONObject = ["language": "bash", "code": "true"]
                let answer = try await server.post(Server.executions, key: key, body)
                let policies = try #require(answer[header: "RateLimit-Policy"])
                #expect(policies.contains(#""per_minute";q=300;w=60"#))
                #expect(policies.contains(#""per_day";q=50000;w=86400"#))
            }
        }

        @Test func `an unknown organization or plan is refused in a sentence`() async throws {
            try await withKey(plan: "free") { server, key in
                for (arguments, word) in [
                    ([key.organization, "gold"], "gold"), (["org_none", "pro"], "org_none"),
                    (["", "pro"], "organization"),
                ] {
                    let result = try await admin(server, ["plan"] + arguments)
                    #expect(result.code == 2)
                    #expect(result.stdout.isEmpty)
                    #expect(result.stderrLines.count == 1, "\(result.stderr)")
                    #expect(result.stderr.contains(word))
                }
                #expect(try await plan(of: key, at: server) == "free")
            }
        }

        @Test func `organizations are listed, newest first, a page at a time`() async throws {
            try await withKey(plan: "free") { server, older in
                let newer = try await server.deployment.makeKey(plan: "pro")
                let all = try await admin(server, ["orgs"])
                #expect(all.code == 0)
                let rows = all.stdout.split(separator: "\n")
                #expect(rows.count == 3)
                #expect(rows[0].hasPrefix("ID "))
                #expect(rows[1].hasPrefix(newer.organization) && rows[1].contains(" pro "))
                #expect(rows[2].hasPrefix(older.organization) && rows[2].contains(" free "))
                let page = try await admin(server, ["orgs", "--limit", "1"])
                #expect(page.stdout.contains(newer.organization))
                #expect(!page.stdout.contains(older.organization))
                #expect(page.stdout.hasSuffix("1 more: --offset 1\n"))
                for (limit, code) in [(0, 2), (1, 0), (100, 0), (101, 2)] as [(Int, Int32)] {
                    #expect(try await admin(server, ["orgs", "--limit", "\(limit)"]).code == code)
                }
                #expect(try await admin(server, ["orgs", "--offset=-1"]).code == 2)
            }
        }

        @Test func `a name can neither be obeyed by a terminal nor pass for another row`()
            async throws
        {
            try await withKey { server, key in
                // No API accepts such a name; the test covers a future gap.
                let rename = """
                    import sqlite3, sys
                    store = sqlite3.connect(sys.argv[1])
                    name = "a\\x1b]0;b\\x07\\n\\u202ekey_1 pro"
                    store.execute("UPDATE organization SET name = ?", [name])
                    store.execute("UPDATE api_key SET name = ?", [name])
                    store.commit()
                    """
                let database = server.deployment.data + "/quicksand.sqlite"
                let done = try await command("/usr/bin/python3", ["-c", rename, database])
                try #require(done.code == 0, "\(done.stderr)")
                let data = server.deployment.data
                for arguments in [["admin", "orgs"], ["keys", "list"]] {
                    let result = try await quicksand(arguments + ["--data", data])
                    #expect(result.code == 0)
                    #expect(result.stdout.split(separator: "\n").count == 2)
                    #expect(result.stdout.contains("a?]0;b???key_1 pro"), "\(result.stdout)")
                }
            }
        }

        @Test func `a new signing key signs from now on, and the old one's tokens still hold`()
            async throws
        {
            try await withKey { server, key in
                let old = try await token(of: key, at: server)
                let result = try await admin(server, ["rotate-signing-key"])
                #expect(result.code == 0, "\(result.stderr)")
                let new = try await token(of: key, at: server)
                #expect(new.signer != old.signer)
                #expect(result.stdout == "access tokens are signed by \(new.signer) from now on\n")
                let published = try await server.get("/.well-known/jwks.json").json["keys"].elements
                let signers = published.compactMap { $0["kid"].string }
                #expect(Set(signers) == [old.signer, new.signer])
                for token in [old, new] {
                    let headers = ["Authorization": "Bearer \(token.text)"]
                    let answer = try await server.send("GET", "/v1/executions", headers: headers)
                    #expect(answer.status == 200)
                }
            }
        }

        /// Returns an access token, and the identifier of the key that signed it.
        private func token(
            of key: Key,
            at server: Server
        ) async throws -> (text: String, signer: String) {
            let form = "grant_type=client_credentials&client_id=\(key.id)"
            let answer = try await server.send(
                "POST",
                "/oauth/token",
                headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Data((form + "&client_secret=" + key.plaintext).utf8)
            )
            let text = try #require(try answer.json["access_token"].string, "\(answer)")
            let head = try #require(text.split(separator: ".").first)
                .replacing("-", with: "+").replacing("_", with: "/")
            let padding = String(repeating: "=", count: (4 - head.count % 4) % 4)
            let header = try #require(Data(base64Encoded: head + padding))
            return (text, try #require(try JSON(header)["kid"].string))
        }
    }
}
