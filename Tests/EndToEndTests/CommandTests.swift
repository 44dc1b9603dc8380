import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The command line, without a server.
    @Suite struct Commands {
        private func run(
            _ code: String,
            as name: String = "program.py",
            _ options: [String] = [],
            stdin: String? = nil
        ) async throws -> CommandResult {
            var result: CommandResult?
            try await Deployment.make { folder in
                var arguments = ["run", try folder.write(code, as: name)]
                arguments += ["--cache", folder.folder + "/cache"]
                if let stdin { arguments += ["--stdin", try folder.write(stdin, as: "stdin")] }
                result = try await quicksand(arguments + options)
            }
            return try #require(result)
        }

        @Test func `a program's output and exit code are the command's`() async throws {
            let code = """
                import sys
                print("out", sys.argv[1:], sys.stdin.read())
                print("err", file=sys.stderr)
                sys.exit(7)
                """
            let result = try await run(code, ["--", "one", "--two"], stdin: "in")
            #expect(result.code == 7)
            #expect(result.stdout == "out ['one', '--two'] in\n")
            #expect(result.stderr == "err\n")
        }

        @Test func `what a terminal would obey is shown and not obeyed`() async throws {
            let code = #"""
                import sys
                sys.stdout.buffer.write(b"a\x1b]52;c;eA==\x07b\xc2\x9b1mc\xe2\x80\xaed\xff\xc3\xa9\n")
                """#
            let exact = try await run(code)
            #expect(exact.stdout.unicodeScalars.contains("\u{1b}"))
            // Runs it again with a terminal as its standard output.
            let terminal = """
                import os, pty, sys
                sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
                """
            try await Deployment.make { folder in
                let program = try folder.write(code, as: "program.py")
                let shown = try await command(
                    "/usr/bin/python3",
                    ["-c", terminal, Product.quicksand, "run", program]
                )
                #expect(shown.code == 0)
                #expect(shown.stdout == "a?]52;c;eA==?b?1mc?d\u{fffd}é\r\n")
            }
        }

        @Test func `standard input can be the command's own`() async throws {
            try await Deployment.make { folder in
                let program = try folder.write("cat", as: "program.sh")
                let result = try await quicksand(
                    ["run", program, "--stdin", "-"],
                    stdin: Data("through".utf8)
                )
                #expect(result.stdout == "through")
                #expect(result.code == 0)
            }
        }

        @Test(
            arguments: [
                (LimitsHeld.sleep, ["--wall", "300ms"], 124 as Int32, "300 ms"),
                (LimitsHeld.spin, ["--cpu", "300ms"], 124, "300 ms of processor time"),
                (LimitsHeld.hoard, ["--memory", "64MB"], 137, "64000000 bytes of memory"),
                ("import os; os.kill(os.getpid(), 11)", [], 139, "signal 11"),
            ]
        )
        func `a program that was stopped is said to be, and why`(
            code: String,
            options: [String],
            exitCode: Int32,
            reason: String
        ) async throws {
            let result = try await run(code, options)
            #expect(result.code == exitCode)
            #expect(result.stderrLines.last?.contains(reason) == true, "\(result.stderr)")
        }

        @Test func `an execution can be had as JSON`() async throws {
            let code = "#include <iostream>\nint main() { std::cout << 6 * 7; }"
            let result = try await run(code, as: "program.cpp", ["--json"])
            #expect(result.code == 0)
            let execution = try JSON(Data(result.stdout.utf8))
            #expect(execution["status"].string == "succeeded")
            #expect(execution["stdout"].string == "42")
            #expect(execution["compile"]["status"].string == "succeeded")
        }

        @Test func `a source is compiled once, unless the cache is not to be used`() async throws {
            try await Deployment.make { folder in
                let program = try folder.write("int main() { return 7; }", as: "program.c")
                let run = ["run", program, "--json", "--cache", folder.folder + "/new/cache"]
                func isCached(_ options: [String] = []) async throws -> Bool? {
                    let result = try await quicksand(run + options)
                    #expect(result.code == 7, "\(result.stderr)")
                    return try JSON(Data(result.stdout.utf8))["compile"]["cached"].bool
                }
                #expect(try await isCached(["--no-cache"]) == false)
                #expect(try await isCached() == false)
                #expect(try await isCached() == true)
                #expect(try await isCached(["--no-cache"]) == false)
                _ = try folder.write("int main() { return 3 + 4; }", as: "program.c")
                #expect(try await isCached() == false)
            }
        }

        @Test func `a cache folder that cannot be used costs a compilation, and no more`()
            async throws
        {
            try await Deployment.make { folder in
                let program = try folder.write("int main() { return 7; }", as: "program.c")
                let result = try await quicksand(["run", program, "--cache", "/proc/none"])
                #expect(result.code == 7, "\(result.stderr)")
                #expect(result.stderr == "")
            }
        }

        @Test func `a program that does not compile is shown why`() async throws {
            let result = try await run("int main() { return nonsense; }", as: "program.c")
            #expect(result.code != 0)
            #expect(result.stderr.contains("nonsense"))
            #expect(result.stderr.contains("compiling failed"))
        }

        @Test(arguments: ["program.cobol", "program"])
        func `an unknown language is one line and exit code 2`(name: String) async throws {
            let result = try await run("", as: name)
            #expect(result.code == 2)
            #expect(result.stderrLines.count == 1)
        }

        @Test func `the doctor finds this machine well`() async throws {
            let result = try await quicksand(["doctor"])
            #expect(result.code == 0, "\(result.stdout)\(result.stderr)")
            for word in ["seccomp", "cgroup", "landlock", "uid", "python"] {
                #expect(result.stdout.lowercased().contains(word), "\(word)")
            }
        }

        @Test func `the runtimes are listed`() async throws {
            let result = try await quicksand(["runtimes", "--json"])
            #expect(result.code == 0)
            let names = try JSON(Data(result.stdout.utf8)).elements.compactMap { $0["name"].string }
            #expect(Set(names).isSuperset(of: ["python", "bash", "c", "cpp", "javascript"]))
        }

        @Test(
            arguments: [
                (#""per_day": 10,"#, #""per_day": -1,"#, "plans.anonymous.per_day"),
                (#""per_day": 10,"#, #""per_dya": 10,"#, "per_dya"),
                (
                    #""wall_ms": {"default": 5000, "ceiling": 10000}"#,
                    #""wall_ms": {"default": 10001, "ceiling": 10000}"#,
                    "plans.anonymous.wall_ms.default"
                ),
            ]
        )
        func `a server with a broken limits file does not start and names the field`(
            original: String,
            broken: String,
            field: String
        ) async throws {
            try await Deployment.make { folder in
                let shipped = try String(
                    contentsOf: Repository.root.appendingPathComponent("limits.json"),
                    encoding: .utf8
                )
                let place = try #require(shipped.firstRange(of: original))
                let text = shipped.replacingCharacters(in: place, with: broken)
                let limits = try folder.write(text, as: "limits.json")
                let result = try await quicksand(
                    ["serve", "--port", "0", "--data", folder.data, "--limits", limits]
                )
                #expect(result.code == 2)
                #expect(result.stderrLines.count == 1, "\(result.stderr)")
                #expect(result.stderr.contains(field))
                #expect(result.stderr.contains("limits.json"))
                #expect(!FileManager.default.fileExists(atPath: folder.data))
            }
        }

        @Test(
            arguments: [
                ("PORT", "65536"), ("JAILS", "0"), ("QUEUE", "many"),
                ("TRUSTED_PROXIES", "10.0.0.0/8,nonsense"), ("CALLBACK_ALLOW", "10.0.0.0/33"),
                ("LIMITS", "/nowhere/limits.json"), ("RUNTIMES", "/nowhere"),
                ("USER", "nobody-4711"), ("GRACE", "-1"), ("LOG_LEVEL", "loud"),
                ("ALLOW_QUERY_KEY", "yes"),
            ]
        )
        func `a broken variable keeps a server from starting, in a sentence`(
            variable: String,
            value: String
        ) async throws {
            try await Deployment.make { folder in
                let port = variable == "PORT" ? [] : ["--port", "0"]
                let result = try await command(
                    Product.quicksand,
                    ["serve", "--data", folder.data] + port,
                    environment: ["QUICKSAND_\(variable)": value]
                )
                #expect(result.code == 2)
                #expect(result.stderrLines.count == 1, "\(result.stderr)")
                let broken = try #require(value.split(whereSeparator: { ",/".contains($0) }).last)
                #expect(result.stderr.contains(broken), "\(result.stderr)")
            }
        }

        @Test(
            arguments: [
                ("port", "65536"), ("trusted-proxies", "nonsense"), ("allow-missing", "walls"),
                ("log-level", "loud"), ("grace", "86401"), ("health-address", "localhost"),
                ("connections", "0"),
            ]
        )
        func `a broken setting is named as it was given`(name: String, value: String) async throws {
            let variable = "QUICKSAND_" + name.uppercased().replacing("-", with: "_")
            try await Deployment.make { folder in
                let serve = ["serve", "--data", folder.data]
                let flag = try await quicksand(serve + ["--\(name)", value])
                #expect(flag.code == 2)
                #expect(flag.stderr.contains(" --\(name): '\(value)' is not "), "\(flag.stderr)")
                let inherited = try await command(
                    Product.quicksand,
                    serve,
                    environment: [variable: value]
                )
                #expect(inherited.code == 2)
                #expect(inherited.stderr.contains(" \(variable): '\(value)' is not "))
            }
        }

        @Test func `every setting of a server has a flag, a variable and a line in the documents`()
            async throws
        {
            let help = try await quicksand(["serve", "--help"]).stdout
            let table = try String(
                contentsOf: Repository.root.appendingPathComponent("docs/OPERATING.md"),
                encoding: .utf8
            )
            // Each has a paragraph, which is folded to the terminal's width.
            let paragraphs = help.split(separator: "\n  --").dropFirst()
                .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            let settings = paragraphs.filter { !$0.hasPrefix("version ") }
            #expect(settings.count > 15)
            for setting in settings {
                let flag = String(setting.prefix { $0 != " " })
                let variable = "QUICKSAND_" + flag.uppercased().replacing("-", with: "_")
                #expect(setting.contains("[\(variable)"), "\(flag)")
                let row = table.firstRange(of: "| `--\(flag)` | `\(variable)` | ")
                let place = try #require(row, "\(flag)")
                let standard = table[place.upperBound...].prefix { $0 != "|" }
                    .trimmingCharacters(in: CharacterSet(charactersIn: " `"))
                if let said = setting.firstMatch(of: /(\S+) by default/)?.1 {
                    #expect(standard.hasSuffix(said), "\(flag)")
                }
            }
        }

        @Test(arguments: [["--plan", "none"], ["--plan", "free", "--scope", "nonsense"]])
        func `a key that cannot be is refused in a sentence`(options: [String]) async throws {
            try await Deployment.make { folder in
                let result = try await quicksand(
                    ["keys", "create", "--name", "test", "--data", folder.data] + options
                )
                #expect(result.code == 2)
                #expect(result.stdout.isEmpty)
                #expect(result.stderrLines.count == 1, "\(result.stderr)")
            }
        }
    }
}
