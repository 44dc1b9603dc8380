import Catalog
import Domain
import Foundation
import Runner
import Testing
import WardenClient
import WardenUnderTest

/// C++ with precompiled headers in real jails: the programs are the same, byte for byte.
///
/// The suite is separate from the attacks: it reads more catalogs, and Foundation keeps descriptors
/// of the programs whose versions it reads.
@Suite(
    .serialized,
    .enabled(if: Checkout.isRoot, "jails can be made by root only: run as root"),
    .withWarden
)
struct PrecompiledHeaderTests {
    private func run(
        _ source: String,
        on catalog: Catalog,
        in session: WardenConnection
    ) async throws -> ExecutionResult {
        guard
            case .found(let runtime) = catalog.runtimes.find(language: "cpp", version: nil)
        else { throw Missing(what: "runtime cpp") }
        let fixture = try #require(WardenFixture.current)
        let request = ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: [SourceFile(path: runtime.entry, content: Data(source.utf8))],
            entry: runtime.entry,
            inputs: [RunInput(stdin: Data(), arguments: [])],
            limits: try fixture.limits([.fileBytes: 32 << 20]),
            compileLimits: try fixture.limits([.memoryBytes: 1 << 30]),
            outputs: ["program"]
        )
        return try await execute(request, on: runtime, profile: .strict, in: session)
    }

    /// Returns the outputs of the compiler and of the program.
    ///
    /// In messages about a header, the compiler names the including file, which is not one of the
    /// program's files if the header was precompiled.
    private func said(_ result: ExecutionResult) -> [String] {
        let stages = [result.compile].compactMap(\.self) + result.runs
        return stages.flatMap { stage in
            [stage.stdout, stage.stderr].map { output in
                String(decoding: output.bytes, as: UTF8.self)
                    .replacing(/from (<precompiled>:1|main\.cpp:[0-9]+):/, with: "from above:")
            } + ["\(stage.verdict)"]
        }
    }

    private func withWarden<Value>(
        _ tools: String,
        _ body: (Catalog, WardenConnection) async throws -> Value
    ) async throws -> Value {
        let catalog = try Checkout.catalog(jails: 2, toolsFolder: tools).get()
        let session = try WardenConnection.start(
            program: try Checkout.warden(),
            catalog: catalog.image,
            systemCallNames: catalog.systemCallNames
        )
        defer { session.shutDown() }
        return try await body(catalog, session)
    }

    private static let programs = [
        "standard streams": """
        #include <iostream>
        #include <vector>
        struct Early { Early() { std::cout << "early" << std::endl; } } early;
        int main() { std::vector<int> v{1, 2}; std::cout << v.size() << __LINE__ << "\\n"; }
        """,
        "everything": """
        #include <bits/stdc++.h>
        using namespace std;
        int main() {
            map<string, int> count;
            for (auto word : {"b", "a", "b"}) count[word]++;
            for (auto &[word, n] : count) cout << word << ' ' << n << '\\n';
            cout << __COUNTER__ << ' ' << __INCLUDE_LEVEL__ << ' ' << __FILE__ << endl;
        }
        """,
        "a macro that the header knows": """
        #define _GLIBCXX_DEBUG 1
        #include <iostream>
        #include <vector>
        int main() {
            #ifdef _GLIBCXX_DEBUG
                std::cout << sizeof(std::vector<int>);
            #endif
            }
        """,
        "a macro that another header knows": """
        #define NDEBUG
        #include <bits/stdc++.h>
        int main() { assert(false); std::cout << "went on"; }
        """,
        "another header first": """
        #include <vector>
        #include <iostream>
        int main() { std::cout << std::vector<int>{3}.front(); }
        """,
        "an error": """
        #include <iostream>
        int main() { int unused = "text"; return x; }
        """,
        "an error in a header": """
        // The header is not in the first line.
        #include <bits/stdc++.h>
        int main() { std::list<int> l; std::sort(l.begin(), l.end()); }
        """,
    ]

    @Test(arguments: programs.keys.sorted())
    func `a program is the same with headers that were compiled ahead`(
        name: String
    ) async throws {
        let fixture = try #require(WardenFixture.current)
        let catalog = fixture.catalog
        try #require(catalog.slower.isEmpty, "\(catalog.slower)")
        let source = try #require(Self.programs[name])
        let ahead = try await run(source, on: catalog, in: fixture.session)
        let plain = try await withWarden("/nowhere") { catalog, session in
            #expect(catalog.slower.map(\.name) == ["cpp"])
            return try await run(source, on: catalog, in: session)
        }
        #expect(said(ahead) == said(plain))
        // Compare the program itself, byte for byte.
        #expect(ahead.files == plain.files)
        #expect(ahead.files.isEmpty == name.hasPrefix("an error"))
    }

    /// A mark in a header made for this test shows it; the plain header lacks the mark.
    @Test func `they are what the compiler reads`() async throws {
        let tools = NSTemporaryDirectory() + "/quicksand-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: tools) }
        let folder = tools + "/cpp-headers"
        try FileManager.default.createDirectory(
            atPath: folder + "/bits",
            withIntermediateDirectories: true
        )
        try Data().write(to: URL(fileURLWithPath: folder + "/bits/stdc++.h.gch"))
        let command = ["/usr/bin/g++", "-std=gnu++20", "-O2", "-pthread", "-x", "c++-header"]
        let header = "#include <iostream>\n#define MARKED \"by us\"\n"
        try Data(header.utf8).write(to: URL(fileURLWithPath: tools + "/marked.h"))
        let record = command.joined(separator: " ") + "\niostream bits/stdc++.h\n"
        try Data(record.utf8)
            .write(to: URL(fileURLWithPath: folder + "/made-of"))
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: command[0])
        compiler.arguments =
            command.dropFirst() + ["-o", folder + "/iostream.gch", tools + "/marked.h"]
        try compiler.run()
        compiler.waitUntilExit()
        #expect(compiler.terminationStatus == 0)
        let source = """
            #include <iostream>
            #ifndef MARKED
            #define MARKED "plain"
            #endif
            int main() { std::cout << MARKED; }
            """
        let result = try await withWarden(tools) { try await run(source, on: $0, in: $1) }
        #expect(result.runs.first?.stdout.bytes == Data("by us".utf8))
    }
}
