import Foundation
import Testing

extension EndToEnd {
    /// `quicksand try`: the terminal as a client of a server.
    @Suite struct Clients {
        @Test func `a session runs programs on its plan, and a stranger on the address's`()
            async throws
        {
            try await withServer { server in
                let client = Client(server)
                _ = try await client.signUp()
                let result = try await client.attempt("print(6 * 7)")
                #expect(result.code == 0)
                #expect(result.stdout == "42\n")
                #expect(
                    result.stderr.wholeMatch(of: /quicksand: 59 of 60 runs left for \d+ s\n/) != nil
                )
                let stranger = try await client.attempt("print(6 * 7)", ["--anonymous"])
                #expect(stranger.code == 0)
                #expect(stranger.stdout == "42\n")
                #expect(stranger.stderr == "quicksand: 9 of 10 runs left until 00:00 UTC\n")
            }
        }

        @Test func `who has neither key nor session is a stranger, until nothing is left`()
            async throws
        {
            try await withServer { server in
                let client = Client(server)
                for left in (0..<10).reversed() {
                    let result = try await client.attempt("exit 3", as: "program.sh")
                    #expect(result.code == 3)
                    #expect(result.stderr.hasPrefix("quicksand: \(left) of 10 runs left"))
                }
                let result = try await client.attempt("exit 3", as: "program.sh")
                #expect(result.code == 1)
                let sentence = """
                    quicksand: the plan's limit per_day of 10 is used up; try again at 00:00 UTC

                    """
                #expect(result.stderr == sentence)
            }
        }

        @Test(
            arguments: [
                ("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)", 7, ""),
                (LimitsHeld.sleep, 124, "stopped: it ran for its 1000 ms"),
                (LimitsHeld.hoard, 137, "bytes of memory"),
                ("import os; os.kill(os.getpid(), 11)", 139, "ended by signal 11"),
            ] as [(String, Int32, String)]
        )
        func `a program's end is the command's, as with one that runs here`(
            code: String,
            exitCode: Int32,
            reason: String
        ) async throws {
            try await withServer(stoppingAfter: exitCode == 124 ? 1_000 : nil) { server, key in
                for key in [key, nil] {
                    let result = try await Client(server).attempt(code, key: key)
                    #expect(result.code == exitCode)
                    let lines = result.stderrLines
                    #expect(lines.last?.contains("runs left") == true, "\(result.stderr)")
                    if exitCode == 7 {
                        #expect(result.stdout == "out\n")
                        #expect(lines.first == "err")
                        #expect(lines.count == 2)
                    } else {
                        #expect(lines.dropLast().last?.contains(reason) == true)
                    }
                }
            }
        }

        @Test func `a program that does not compile is shown why`() async throws {
            try await withKey { server, key in
                for key in [key, nil] {
                    let code = "int main() { return nonsense; }"
                    let result = try await Client(server).attempt(code, as: "program.c", key: key)
                    #expect(result.code == 1)
                    #expect(result.stderr.contains("nonsense"))
                    #expect(result.stderr.contains("quicksand: compiling failed\n"))
                    #expect(result.stdout.isEmpty)
                }
            }
        }

        @Test func `standard input, arguments and every byte of the output are passed through`()
            async throws
        {
            try await withKey { server, key in
                let code = """
                    import sys
                    out = sys.stdout.buffer
                    out.write(bytes(range(256)))
                    out.write(repr(sys.argv[1:]).encode() + sys.stdin.buffer.read())
                    """
                let bytes = Data(0...255) + Data("['--a', 'b c', 'é']in\u{0}\u{1b}é".utf8)
                for key in [key, nil] {
                    let result = try await Client(server).attempt(
                        code,
                        ["--stdin", "-", "--", "--a", "b c", "é"],
                        stdin: Data("in\u{0}\u{1b}é".utf8),
                        key: key
                    )
                    #expect(result.code == 0)
                    #expect(result.stdoutBytes == bytes)
                }
            }
        }

        @Test func `a source in another encoding is sent as it is, with a key`() async throws {
            try await withKey { server, key in
                let client = Client(server)
                let file = client.deployment.folder + "/latin.py"
                let source =
                    Data("# coding: latin-1\nprint(ascii('".utf8) + [0xe9] + Data("'))".utf8)
                try source.write(to: URL(fileURLWithPath: file))
                let result = try await client.run(["try", file], key: key)
                #expect(result.stdout == "'\\xe9'\n", "\(result.stderr)")
                let stranger = try await client.run(["try", file])
                #expect(stranger.code == 2)
                #expect(stranger.stderrLines.count == 1)
            }
        }

        @Test func `an execution can be had as JSON`() async throws {
            try await withKey { server, key in
                let result = try await Client(server).attempt(
                    "exit 5",
                    as: "a.sh",
                    ["--json"],
                    key: key
                )
                #expect(result.code == 5)
                let execution = try JSON(Data(result.stdout.utf8))
                let id = try #require(execution["id"].string)
                let stored = try await server.execution(id, key: key)
                #expect(try execution.canonical == stored.canonical)
            }
        }

        @Test func `a program that takes longer is asked after until it has ended`() async throws {
            try await withKey { server, key in
                let code = "import time; time.sleep(2); print('late')"
                let result = try await Client(server).attempt(code, key: key)
                #expect(result.code == 0, "\(result.stderr)")
                #expect(result.stdout == "late\n")
                #expect(result.stderrLines.count == 1)
            }
        }

        @Test(arguments: [true, false])
        func `Ctrl-C ends the program at the server as well`(isStranger: Bool) async throws {
            try await withKey { server, key in
                let client = Client(server)
                let file = try client.deployment.write("exec sleep 600", as: "long.sh")
                let program = try RunningProgram(
                    Product.quicksand,
                    ["try", file],
                    environment: client.environment(key: isStranger ? nil : key)
                )
                try await server.awaitJailed(["sleep"])
                program.signal(SIGINT)
                #expect(try await program.exitCode() == 130)
                #expect(program.stderr.value.text == "quicksand: cancelled\n")
                try await eventually("the end of the program in its jail") {
                    ProcessTable.jailed(below: server.program.pid).isEmpty
                }
            }
        }

        @Test func `the language is found by the file's ending`() async throws {
            try await withKey { server, key in
                let client = Client(server)
                let named = try await client.attempt(
                    "echo named",
                    as: "noending",
                    ["--language", "bash"],
                    key: key
                )
                #expect(named.stdout == "named\n")
                let alias = try await client.attempt("console.log(1)", as: "a.js", key: key)
                #expect(alias.stdout == "1\n", "\(alias.stderr)")
                for (name, options) in [
                    ("a.cobol", []), ("noending", []), ("a.py", ["--language", "cobol"]),
                ] {
                    let result = try await client.attempt("", as: name, options, key: key)
                    #expect(result.code == 2)
                    #expect(result.stderrLines.count == 1, "\(result.stderr)")
                }
                let missing = try await client.run(["try", "/nowhere/a.py"], key: key)
                #expect(missing.code == 2)
                #expect(missing.stderrLines.count == 1)
            }
        }

        @Test func `a session or a key that holds no more is said to be`() async throws {
            try await withServer { server in
                let client = Client(server)
                _ = try await client.signUp()
                let token = try #require(try client.savedToken())
                let headers = ["Authorization": "Bearer \(token)", "Origin": client.server]
                _ = try await server.send("POST", "/api/auth/sign-out", headers: headers)
                let session = try await client.attempt("1")
                #expect(session.code == 2)
                #expect(session.stderr.contains("quicksand login"))
                let key = Key(id: "", plaintext: "nonsense", organization: "", webhookSecret: "")
                let refused = try await client.attempt("1", key: key)
                #expect(refused.code == 2)
                #expect(refused.stderr.contains("QUICKSAND_API_KEY"))
                let ended = try await client.run(["login", "--sign-out"])
                #expect(ended.code == 0)
                #expect(ended.stdout.contains("had ended already"))
            }
        }

        @Test func `a terminal is told what is waited for, and how long`() async throws {
            try await withKey(["--jails", "1"]) { server, key in
                let client = Client(server)
                let first = try await server.submit(Server.endless, key: key)
                try await server.awaitJailed(["sleep"])
                let code = try #require(Server.held(then: "echo done")["code"] as? String)
                let file = try client.deployment.write(code, as: "a.sh")
                let result = try await Terminal.run(["try", file], client.environment(key: key)) {
                    terminal in
                    func awaitShown(_ words: String) async throws {
                        let shown = await terminal.stdout.wait {
                            $0.text.contains(words) || $0.isClosed
                        }
                        try #require(shown?.text.contains(words) == true, "\(shown?.text ?? "")")
                    }
                    try await awaitShown("\rqueued, ")
                    #expect(try await server.cancel(first, key: key).status == 200)
                    try await awaitShown("\rrunning, ")
                    try await server.awaitJailed(["sleep"])
                    server.letGo()
                }
                #expect(result.code == 0)
                let shown = result.stdout
                let queued = /\rqueued, [1-9]\d* s\u{1b}\[K/
                #expect(shown.contains(queued), "\(shown.debugDescription)")
                #expect(shown.contains(/\rrunning, [1-9]\d* s\u{1b}\[K/))
                // The progress line is erased before the program's output begins.
                let end = /\r\u{1b}\[Kdone\r\nquicksand: \d+ of 1000 runs left for \d+ s\r\n/
                #expect(shown.firstMatch(of: end)?.range.upperBound == shown.endIndex)
            }
        }
    }
}

/// - Parameter milliseconds: the time limit of every program; `nil` for ample time.
private func withServer(
    stoppingAfter milliseconds: Int?,
    _ body: (Server, Key) async throws -> Void
) async throws {
    try await Deployment.make { deployment in
        let limits = try deployment.writeLimits(
            milliseconds: milliseconds ?? Limits.ampleMilliseconds
        )
        try await deployment.serve(["--limits", limits]) { server in
            try await body(server, try await deployment.makeKey(plan: "free"))
        }
    }
}
