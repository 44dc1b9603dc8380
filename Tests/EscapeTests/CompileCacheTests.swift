import Domain
import FolderCache
import Foundation
import Runner
import Testing
import WardenUnderTest

extension EscapeTests {
    /// Cached programs in real jails: only the speed shows that a program was not compiled in its
    /// own jail.
    @Suite struct CompileCacheTests {
        private let folder = NSTemporaryDirectory() + "/quicksand-compiled-" + UUID().uuidString

        private func withCache(_ body: (FolderCache) async throws -> Void) async throws {
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let cache = try cache()
            try await body(cache)
            await cache.settle()
        }

        /// Returns a cache without memory, so that every program comes from disk.
        private func cache() throws -> FolderCache {
            try FolderCache(path: folder, bytesMax: 64 << 20, heldBytesMax: 0)
        }

        private func run(
            _ files: [String: String],
            _ language: String = "c",
            in cache: FolderCache?,
            for owner: Owner = .organization("org_1"),
            _ change: (inout ExecutionRequest) -> Void = { _ in }
        ) async throws -> ExecutionResult {
            let fixture = try #require(WardenFixture.current)
            let runtime = try fixture.runtime(language)
            var request = ExecutionRequest(
                language: runtime.name,
                version: runtime.version,
                files: files.sorted { $0.key < $1.key }.map {
                    SourceFile(path: $0.key, content: Data($0.value.utf8))
                },
                entry: runtime.entry,
                inputs: [RunInput(stdin: Data("input".utf8), arguments: ["one", "two words"])],
                limits: try fixture.limits(),
                compileLimits: try fixture.limits([.memoryBytes: 1 << 30])
            )
            change(&request)
            let result = try await execute(
                request,
                on: runtime,
                profile: .strict,
                in: fixture.session,
                programs: cache.map { OwnPrograms(in: $0, of: owner) }
            )
            await cache?.settle()
            return result
        }

        /// A program that prints everything it can find out about itself and its environment.
        private static let look = """
            #include <dirent.h>
            #include <stdio.h>
            #include <sys/stat.h>
            #include <unistd.h>
            #include "sub/word.h"

            static void list(const char *folder) {
                DIR *open = opendir(folder);
                struct dirent *entry;
                while (open && (entry = readdir(open))) {
                    char path[512];
                    struct stat status;
                    snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
                    if (lstat(path, &status) < 0 || entry->d_name[0] == '.') continue;
                    printf("%s %o %u %u %ld %ld\\n", path, status.st_mode, status.st_uid,
                        status.st_gid, (long)status.st_nlink, (long)status.st_size);
                }
            }

            int main(int argc, char **argv) {
                char self[512] = {0}, input[64] = {0};
                for (int i = 0; i < argc; i++) printf("argument %s\\n", argv[i]);
                readlink("/proc/self/exe", self, sizeof self - 1);
                fgets(input, sizeof input, stdin);
                printf("%s %s %s %d\\n", WORD, self, input, (int)umask(0));
                list("/box");
                list("/box/sub");
                list("/tmp");
                fprintf(stderr, "aside");
                return 7;
            }
            """
        private static let files = [
            "main.c": look, "sub/word.h": "#define WORD \"word\"\n", "notes.txt": "notes",
        ]

        @Test func `a program from the cache behaves as one that was compiled in its jail`()
            async throws
        {
            let plain = try await run(Self.files, in: nil)
            try await withCache { cache in
                let first = try await run(Self.files, in: cache)
                let second = try await run(Self.files, in: cache)
                #expect(first.compile?.isCached == false)
                #expect(second.compile?.isCached == true)
                #expect((cache.figures.hits, cache.figures.misses) == (1, 1))
                #expect(second.compile?.usage == first.compile?.usage)
                for result in [first, second] {
                    let (run, other) = (result.runs[0], plain.runs[0])
                    #expect(run.verdict == .exited(code: 7))
                    #expect(run.stdout.text == other.stdout.text)
                    #expect(run.stderr == other.stderr)
                    #expect(run.refusedCalls == other.refusedCalls)
                    #expect(result.compile?.stderr == plain.compile?.stderr)
                }
                let said = plain.runs[0].stdout.text
                #expect(said.contains("argument two words\n"))
                #expect(said.contains("word /box/program input 18\n"))
                #expect(said.contains("/box/program 100755 1000 1000 1 "))
                #expect(said.contains("/box/notes.txt 100644 1000 1000 1 5\n"))
            }
        }

        @Test func `a program from the cache runs for every input, and its files are brought out`()
            async throws
        {
            let source = """
                #include <fstream>
                #include <iostream>
                int main(int argc, char **argv) {
                    std::ofstream("made", std::ios::app) << argv[1];
                    std::cout << argv[1] << "\\n";
                }
                """
            try await withCache { cache in
                for isCached in [false, true] {
                    let result = try await run(["main.cpp": source], "cpp", in: cache) {
                        $0.inputs = ["a", "b"].map { RunInput(arguments: [$0]) }
                        $0.outputs = ["made"]
                    }
                    #expect(result.compile?.isCached == isCached)
                    #expect(result.runs.map(\.stdout.text) == ["a\n", "b\n"])
                    let made = OutputFile(path: "made", content: .bytes(Data("ab".utf8)))
                    #expect(result.files == [made])
                }
            }
        }

        @Test func `warnings are shown again`() async throws {
            let source = "int main(void) { int x = \"text\"; return x != 0; }"
            try await withCache { cache in
                let first = try await run(["main.c": source], in: cache)
                let second = try await run(["main.c": source], in: cache)
                #expect(second.compile?.isCached == true)
                #expect(first.compile?.stderr.text.contains("warning") == true)
                #expect(second.compile?.stderr == first.compile?.stderr)
            }
        }

        @Test func `another organization, address, file, flag or limit has it compiled`()
            async throws
        {
            let files = ["main.c": "int main(void) { return 3; }", "a.h": "1"]
            let changes: [(Owner, (inout ExecutionRequest) -> Void)] = [
                (.organization("org_2"), { _ in }), (.address("org_1"), { _ in }),
                (.organization("org_1"), { $0.files[0].content = Data("2".utf8) }),
                (.organization("org_1"), { $0.compileLimits[.processes] -= 1 }),
                (.organization("org_1"), { $0.project = "prj_1" }),
            ]
            try await withCache { cache in
                _ = try await run(files, in: cache)
                for (owner, change) in changes {
                    let result = try await run(files, in: cache, for: owner, change)
                    #expect(result.compile?.isCached == false)
                    #expect(result.runs.map(\.verdict) == [.exited(code: 3)])
                }
                #expect(try await run(files, in: cache).compile?.isCached == true)
            }
        }

        @Test func `a file that was changed on disk is not run`() async throws {
            let files = ["main.c": "int main(void) { return 3; }"]
            try await withCache { cache in
                _ = try await run(files, in: cache)
                let name = try #require(
                    FileManager.default.contentsOfDirectory(atPath: folder).first
                )
                let path = folder + "/" + name
                var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                bytes[bytes.count / 2] ^= 0x40
                try bytes.write(to: URL(fileURLWithPath: path))
                let result = try await run(files, in: cache)
                #expect(result.compile?.isCached == false)
                #expect(result.runs.map(\.verdict) == [.exited(code: 3)])
                // After another compilation the program is cached again, also after a restart.
                #expect(try await run(files, in: self.cache()).compile?.isCached == true)
            }
        }

        @Test(arguments: [
            ["main.c": "int main(void) { return nonsense; }"],
            ["main.c": "#include <stdio.h>\nint main(void) { puts(__TIME__); return 0; }"],
            ["main.c": "int main(void) { return 3; }", "program": "in the way"],
            [
                "main.c": "#include \"a.h\"\nint main(void) { return A; }",
                "a.h": "#define A __DATE__[0]",
            ],
        ])
        func `what failed, tells the time or may be in the way is compiled each time`(
            files: [String: String]
        ) async throws {
            try await withCache { cache in
                let first = try await run(files, in: cache)
                let second = try await run(files, in: cache)
                #expect(second.compile?.isCached == false)
                #expect(second.status == first.status)
                #expect(cache.figures.programs == 0)
            }
        }

        @Test func `a compiler that was made to leave something else is not believed`()
            async throws
        {
            try await withCache { cache in
                for _ in 0..<2 {
                    // A single header becomes a precompiled one, which cannot be executed.
                    let result = try await run(["main.h": "int x;"], "cpp", in: cache) {
                        $0.entry = "main.h"
                    }
                    #expect(result.compile?.verdict == .exited(code: 0))
                    #expect(result.compile?.isCached == false)
                    #expect(result.runs.map(\.verdict) == [.exited(code: 126)])
                }
                #expect(cache.figures.programs == 0)
            }
        }
    }
}
