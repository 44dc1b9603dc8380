import Foundation
import Testing

extension EndToEnd {
    /// Synchronous executions of callers with a key.
    @Suite struct Executions {
        @Test func `a program gets its input, arguments and environment`() async throws {
            try await withKey { server, key in
                let code = """
                    import os, sys
                    print(sys.stdin.read(), sys.argv[1:], os.environ["GREETING"])
                    print("aside", file=sys.stderr)
                    """
                let execution = try await server.run(
                    [
                        "language": "py", "code": code, "stdin": "in", "args": ["a b", "ü"],
                        "env": ["GREETING": "hello"], "metadata": ["ticket": "7"],
                    ],
                    key: key
                )
                #expect(execution["status"].string == "succeeded")
                #expect(execution["stdout"].string == "in ['a b', 'ü'] hello\n")
                #expect(execution["stderr"].string == "aside\n")
                #expect(execution["exit_code"].int == 0)
                #expect(execution["metadata"]["ticket"].string == "7")
                #expect(execution["usage"]["memory_bytes"].int ?? 0 > 0)
            }
        }

        @Test func `a program is compiled once and run for each input in order`() async throws {
            try await withKey { server, key in
                let code = """
                    #include <stdio.h>
                    int main(int argc, char **argv) {
                        int n; scanf("%d", &n); printf("%s %d\\n", argv[1], 2 * n); return n;
                    }
                    """
                let runs: [JSONObject] = [
                    ["stdin": "1", "args": ["a"]], ["stdin": "0", "args": ["b"]],
                    ["stdin": "21", "args": ["c"]],
                ]
                let execution = try await server.run(
                    ["language": "c", "code": code, "runs": runs],
                    key: key
                )
                #expect(execution["compile"]["status"].string == "succeeded")
                let stages = execution["runs"].elements
                #expect(stages.map { $0["stdout"].string } == ["a 2\n", "b 0\n", "c 42\n"])
                #expect(stages.map { $0["exit_code"].int } == [1, 0, 21])
                #expect(stages.map { $0["status"].string } == ["failed", "succeeded", "failed"])
            }
        }

        @Test func `a program that does not compile is told why and not run`() async throws {
            try await withKey { server, key in
                let execution = try await server.run(
                    ["language": "c", "code": "int main() { return nonsense; }"],
                    key: key
                )
                #expect(execution["status"].string == "compile_failed")
                #expect(execution["compile"]["stderr"].string?.contains("nonsense") == true)
                #expect(execution["exit_code"].isNull)
            }
        }

        @Test func `files go in, and the asked-for files come back`() async throws {
            try await withKey { server, key in
                let files: [JSONObject] = [
                    ["path": "src/start.py", "content": "import words; words.write()"],
                    [
                        "path": "src/words.py", "encoding": "base64",
                        "content": Data(
                            """
                            import os
                            def write():
                                os.mkdir("out")
                                open("out/text", "w").write("written")
                                open("out/bytes", "wb").write(bytes([0xff, 0]))
                                open("unasked", "w").write("no")
                            """.utf8
                        ).base64EncodedString(),
                    ],
                ]
                let execution = try await server.run(
                    [
                        "language": "python", "files": files, "entry": "src/start.py",
                        "outputs": ["out/*"],
                    ],
                    key: key
                )
                try #require(execution["status"].string == "succeeded", "\(execution)")
                let outputs = execution["files"].elements.sorted {
                    ($0["path"].string ?? "") < ($1["path"].string ?? "")
                }
                #expect(outputs.map { $0["path"].string } == ["out/bytes", "out/text"])
                #expect(outputs.map { $0["content"].string } == ["/wA=", "written"])
                #expect(outputs.map { $0["encoding"].string } == ["base64", "utf-8"])
                #expect(outputs.map { $0["bytes"].int } == [2, 7])
            }
        }

        @Test func `a link out of the jail is not read back`() async throws {
            try await withKey { server, key in
                let canary = try server.deployment.write("canary-4711", as: "canary")
                let code = "ln -s \(canary) link; ln -s /etc/passwd passwd; echo made"
                let execution = try await server.run(
                    ["language": "bash", "code": code, "outputs": ["link", "passwd"]],
                    key: key
                )
                #expect(execution["stdout"].string == "made\n")
                #expect(execution["files"].elements.count == 2)
                for file in execution["files"].elements {
                    #expect(file["error"].string == "not_a_regular_file")
                    #expect(file["content"].isNull)
                }
                #expect(try !execution.canonical.contains("canary-4711"))
                #expect(try !execution.canonical.contains("root:"))
            }
        }

        @Test func `a mebibyte of input comes back whole`() async throws {
            try await withKey { server, key in
                let text = String(repeating: "0123456789abcde\n", count: 65_536)
                let execution = try await server.run(
                    ["language": "bash", "code": "cat", "stdin": text],
                    key: key
                )
                #expect(execution["stdout"].string == text)
                #expect(execution["stdout_truncated"].bool == false)
            }
        }

        @Test func `output that is not UTF-8 comes in base64`() async throws {
            try await withKey { server, key in
                let execution = try await server.run(
                    ["language": "bash", "code": #"printf '\xff\x00\x01'"#],
                    key: key
                )
                #expect(execution["stdout"].string == "/wAB")
                #expect(execution["stdout_encoding"].string == "base64")
                #expect(execution["stderr_encoding"].string == "utf-8")
            }
        }

        @Test(arguments: [(99, false), (100, false), (101, true)])
        func `output is cut at its limit, and the program goes on`(
            bytes: Int,
            isTruncated: Bool
        ) async throws {
            try await withKey { server, key in
                let execution = try await server.run(
                    [
                        "language": "bash", "limits": ["stdout_bytes": 100],
                        "code": "printf '%\(bytes)s'; echo on >&2",
                    ],
                    key: key
                )
                #expect(execution["status"].string == "succeeded")
                #expect(execution["stdout"].string?.count == min(bytes, 100))
                #expect(execution["stdout_truncated"].bool == isTruncated)
                #expect(execution["stderr"].string == "on\n")
            }
        }

        @Test func `a program's own failure is its exit code or its signal`() async throws {
            try await withKey { server, key in
                let failed = try await server.run(
                    ["language": "bash", "code": "exit 3"],
                    key: key
                )
                #expect(failed["status"].string == "failed")
                #expect(failed["exit_code"].int == 3)
                let signaled = try await server.run(
                    ["language": "bash", "code": "kill -SEGV $$"],
                    key: key
                )
                #expect(signaled["status"].string == "signaled")
                #expect(signaled["signal"].int == 11)
                #expect(signaled["exit_code"].isNull)
            }
        }
    }
}
