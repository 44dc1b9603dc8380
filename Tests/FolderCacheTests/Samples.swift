import Domain
import Foundation

@testable import FolderCache

extension Compilation {
    /// Returns the compilation of a C program; a test changes the fields that it checks.
    static func sample(
        _ source: String = "int main(void) { return 0; }",
        _ change: (inout Compilation) -> Void = { _ in }
    ) -> Compilation {
        var compilation = Compilation(
            scope: .owner(.organization("org_1")),
            language: "c",
            version: "12.2.0",
            compiler: [1, 2, 3],
            profile: .standard,
            files: [
                SourceFile(path: "main.c", content: Data(source.utf8)),
                SourceFile(path: "a.h", content: Data("#define A 1".utf8)),
            ],
            arguments: ["/usr/bin/gcc", "-O2", "-o", "/box/program", "main.c"],
            environment: ["LANG": "C.UTF-8", "HOME": "/box"],
            limits: Limits { _ in 1_000 },
            workspaceBytes: 4_096,
            workspaceFiles: 16
        )
        change(&compilation)
        return compilation
    }
}

extension CompiledProgram {
    static func sample(_ content: String = "program", bytes: Int = 0) -> CompiledProgram {
        CompiledProgram(
            result: StageResult(
                verdict: .exited(code: 0),
                stdout: Output(),
                stderr: Output(bytes: Data("a warning".utf8)),
                usage: Usage(wallMicroseconds: 47_000, cpuMicroseconds: 38_000, memoryBytes: 7),
                refusedCalls: ["socket"]
            ),
            content: Data(content.utf8) + Data(repeating: 7, count: bytes)
        )
    }
}
