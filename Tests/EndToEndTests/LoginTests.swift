import Foundation
import Testing

extension EndToEnd {
    /// Sign-in from a terminal, and the saved session.
    @Suite struct Login {
        private func mode(_ path: String) throws -> Int? {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (attributes[.posixPermissions] as? NSNumber)?.intValue
        }

        @Test func `whoever signs up is told as whom, and only the user can read the session`()
            async throws
        {
            try await withServer { server in
                let client = Client(server)
                let result = try await client.signUp()
                #expect(result.code == 0, "\(result.stderr)")
                let place = "signed in at \(client.server)"
                #expect(result.stdout == "\(place) as Ada <ada@example.com>, on the plan free\n")
                #expect(result.stderr.isEmpty)
                #expect(try mode(client.credentials) == 0o600)
                let folder = (client.credentials as NSString).deletingLastPathComponent
                #expect(try mode(folder) == 0o700)
                let files = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(files == ["credentials.json"])
                #expect(!server.log.contains(try #require(try client.savedToken())))
            }
        }

        @Test func `signing in takes what is missing from standard input, a line each`()
            async throws
        {
            try await withServer { server in
                let client = Client(server)
                _ = try await client.signUp()
                let first = try #require(try client.savedToken())
                let result = try await client.run(
                    ["login"],
                    stdin: Data("ada@example.com\r\n\(Client.password)\n".utf8)
                )
                #expect(result.code == 0, "\(result.stderr)")
                let second = try #require(try client.savedToken())
                #expect(second != first)
                // The client has dropped the first token, so its session is ended.
                for (token, status) in [(first, 401), (second, 200)] {
                    let headers = ["Authorization": "Bearer \(token)"]
                    let answer = try await server.send("GET", "/v1/usage", headers: headers)
                    #expect(answer.status == status)
                }
                let short = try await client.run(["login"], stdin: Data("ada@example.com\n".utf8))
                #expect(short.code == 2)
                #expect(
                    short.stderrLines == ["quicksand: standard input ended before the password"]
                )
            }
        }

        @Test func `signing out ends the session at the server and forgets it`() async throws {
            try await withServer { server in
                let client = Client(server)
                _ = try await client.signUp()
                let token = try #require(try client.savedToken())
                let result = try await client.run(["login", "--sign-out"])
                #expect(result.code == 0, "\(result.stderr)")
                #expect(result.stdout == "signed out at \(client.server)\n")
                #expect(try client.savedToken() == nil)
                let headers = ["Authorization": "Bearer \(token)"]
                let answer = try await server.send("GET", "/v1/usage", headers: headers)
                #expect(answer.status == 401)
                let again = try await client.run(["login", "--sign-out"])
                #expect(again.code == 2)
                #expect(again.stderrLines.count == 1)
            }
        }

        @Test func `sessions at two servers do not touch each other`() async throws {
            try await withServer { server in
                let client = Client(server)
                _ = try await client.signUp()
                let other = Client(client.deployment, server: "http://localhost:\(server.port)")
                _ = try await other.signUp(email: "bob@example.com")
                let tokens = [try client.savedToken(), try other.savedToken()].compactMap { $0 }
                #expect(Set(tokens).count == 2)
                #expect(try await other.run(["login", "--sign-out"]).code == 0)
                #expect(try client.savedToken() == tokens.first)
            }
        }

        @Test func `a refusal is one sentence in the server's words, and nothing is kept`()
            async throws
        {
            try await withServer { server in
                let client = Client(server)
                let wrong = try await client.run(
                    ["login", "--email", "ada@example.com"],
                    stdin: Data("wrong\n".utf8)
                )
                #expect(wrong.code == 2)
                let sentence = "quicksand: the e-mail address or the password is wrong\n"
                #expect(wrong.stderr == sentence)
                let malformed = try await client.run(
                    ["login", "--email", "nobody"],
                    stdin: Data("wrong\n".utf8)
                )
                #expect(malformed.code == 2)
                #expect(malformed.stderr == "quicksand: email is not an e-mail address\n")
                _ = try await client.signUp()
                let kept = try client.savedToken()
                let taken = try await client.signUp()
                #expect(taken.code == 2)
                #expect(taken.stderrLines.count == 1)
                #expect(try client.savedToken() == kept)
            }
        }

        @Test func `a weak password is told rule by rule`() async throws {
            try await withServer { server in
                let client = Client(server)
                let result = try await client.run(
                    ["login", "--sign-up", "--name", "Ada", "--email", "ada@example.com"],
                    stdin: Data("short\n".utf8)
                )
                #expect(result.code == 2)
                let lines = [
                    "quicksand: this password is too weak; what it lacks:",
                    "  12 to 128 characters", "  an upper-case letter", "  a digit",
                    "  a character that is neither a letter nor a digit",
                ]
                #expect(result.stderrLines.map(String.init) == lines)
                #expect(!FileManager.default.fileExists(atPath: client.credentials))
            }
        }

        @Test func `flags that do not go together are refused before anything is asked`()
            async throws
        {
            try await Deployment.make { deployment in
                let client = Client(deployment, server: "http://127.0.0.1:1")
                for arguments in [["--sign-out", "--sign-up"], ["--name", "Ada"]] {
                    let result = try await client.run(["login"] + arguments)
                    #expect(result.code == 2)
                    #expect(result.stderrLines.count == 1, "\(result.stderr)")
                }
            }
        }

        @Test(arguments: ["link", "folder link", "readable", "not JSON", "another's"])
        func `a file of sessions that is not this user's alone is neither read nor written`(
            flaw: String
        ) async throws {
            try await withServer { server in
                let client = Client(server)
                #expect(try await client.signUp().code == 0)
                let files = FileManager.default
                let folder = (client.credentials as NSString).deletingLastPathComponent
                let elsewhere = client.deployment.folder + "/elsewhere"
                switch flaw {
                case "link":
                    try files.moveItem(atPath: client.credentials, toPath: elsewhere)
                    try files.createSymbolicLink(
                        atPath: client.credentials,
                        withDestinationPath: elsewhere
                    )
                case "folder link":
                    try files.moveItem(atPath: folder, toPath: elsewhere)
                    try files.createSymbolicLink(
                        atPath: folder,
                        withDestinationPath: elsewhere
                    )
                case "readable":
                    let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o644]
                    try files.setAttributes(attributes, ofItemAtPath: client.credentials)
                case "not JSON":
                    try Data("{".utf8).write(to: URL(fileURLWithPath: client.credentials))
                default:
                    let attributes: [FileAttributeKey: Any] = [.ownerAccountID: 65_534]
                    try files.setAttributes(attributes, ofItemAtPath: folder)
                }
                let before = try Data(contentsOf: URL(fileURLWithPath: client.credentials))
                for arguments in [["login", "--sign-out"], ["login", "--email", "a@b.example"]] {
                    let result = try await client.run(arguments, stdin: Data("password\n".utf8))
                    #expect(result.code == 2)
                    #expect(result.stderrLines.count == 1, "\(result.stderr)")
                    #expect(result.stderr.contains(folder))
                }
                let after = try Data(contentsOf: URL(fileURLWithPath: client.credentials))
                #expect(before == after)
            }
        }

        @Test func `a terminal never shows the password`() async throws {
            try await withServer { server in
                let client = Client(server)
                let result = try await Terminal.run(
                    ["login", "--sign-up", "--name", "Ada"],
                    client.environment(),
                    answers: [
                        ("E-mail: ", "ada@example.com"), ("Password: ", Client.password),
                        ("The same password again: ", Client.password),
                    ]
                )
                #expect(result.code == 0, "\(result.stdout)")
                #expect(!result.stdout.contains(Client.password))
                #expect(result.stdout.contains("E-mail: ada@example.com\r\n"))
                #expect(result.stdout.hasSuffix("on the plan free\r\n"))
                let differing = try await Terminal.run(
                    ["login", "--sign-up", "--name", "Ada", "--email", "b@example.com"],
                    client.environment(),
                    answers: [("Password: ", Client.password), ("again: ", "another")]
                )
                #expect(differing.code == 2)
                #expect(differing.stdout.hasSuffix("quicksand: the two passwords differ\r\n"))
            }
        }

        @Test func `a terminal shows again what is typed after Ctrl-C`() async throws {
            try await Deployment.make { deployment in
                let client = Client(deployment, server: "http://127.0.0.1:1")
                let result = try await Terminal.run(
                    ["login", "--email", "ada@example.com"],
                    client.environment(),
                    answers: [("Password: ", "\u{3}")]
                )
                #expect(result.code == 130)
                #expect(result.stderr == "echo\n")
            }
        }
    }
}
