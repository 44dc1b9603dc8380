import Foundation
import Testing

extension EndToEnd {
    /// Precompiled headers that the operator deletes under a running server.
    @Suite struct RemovedHeaders {
        private static let program = """
            #include <iostream>
            #ifndef MARKED
            #define MARKED "plain"
            #endif
            int main() { std::cout << MARKED; }
            """

        /// Makes the headers as `Scripts/install-runtimes` does, with a mark that shows whether a
        /// compiler read them.
        private func makeHeaders(below tools: String) async throws -> String {
            let folder = tools + "/cpp-headers"
            try FileManager.default.createDirectory(
                atPath: folder + "/bits",
                withIntermediateDirectories: true
            )
            let compiler = "/usr/bin/g++"
            let flags = ["-std=gnu++20", "-O2", "-pthread", "-x", "c++-header"]
            let header = tools + "/marked.h"
            try write("#include <iostream>\n#define MARKED \"by us\"\n", to: header)
            try write("", to: folder + "/bits/stdc++.h.gch")
            let record = ([compiler] + flags).joined(separator: " ") + "\niostream bits/stdc++.h\n"
            try write(record, to: folder + "/made-of")
            let made = try await command(
                compiler,
                flags + ["-o", folder + "/iostream.gch", header]
            )
            try #require(made.code == 0, "\(made.stderr)")
            return folder
        }

        private func write(_ text: String, to path: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }

        @Test func `a warden that is replaced does without them, and C++ is compiled`()
            async throws
        {
            try await Deployment.make { deployment in
                let tools = deployment.folder + "/tools"
                let folder = try await makeHeaders(below: tools)
                let key = try await deployment.makeKey()
                try await deployment.serve(environment: ["QUICKSAND_TOOLS": tools]) { server in
                    // Each source is different, so that the compile cache has none of them.
                    func output(_ comment: String) async throws -> String? {
                        let code = Self.program + "\n// " + comment
                        let body: JSONObject = ["language": "cpp", "code": code]
                        return try await server.run(body, key: key)["stdout"].string
                    }
                    #expect(try await output("before") == "by us")
                    try FileManager.default.removeItem(atPath: folder)
                    let killed = try #require(server.processes.warden)
                    kill(killed.pid, SIGKILL)
                    try await eventually("another warden") {
                        let ready = try await server.get("/health/ready")
                        return ready.status == 200 && server.processes.warden != killed
                    }
                    #expect(try await output("after") == "plain")
                }
            }
        }
    }
}
