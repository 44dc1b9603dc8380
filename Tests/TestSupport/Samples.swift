public import Domain
import Foundation

extension ExecutionRequest {
    /// A Python program that is nothing but its name.
    public static func named(_ name: String) -> ExecutionRequest {
        ExecutionRequest(
            language: "python",
            version: "3.11.2",
            files: [SourceFile(path: "main.py", content: Data(name.utf8))],
            entry: "main.py",
            limits: Limits { _ in 1_000 },
            compileLimits: Limits { _ in 2_000 }
        )
    }
}

extension Runtime {
    public static let python = Runtime(
        number: 3,
        name: "python",
        version: "3.11.2",
        aliases: ["py"],
        entry: "main.py",
        compile: nil,
        run: Command(words: [.literal("/usr/bin/python3"), .entry, .arguments]),
        environment: ["LANG": "C.UTF-8", "HOME": "/box"],
        defaults: [:],
        compileDefaults: [:]
    )

    public static let cLanguage = Runtime(
        number: 4,
        name: "c",
        version: "12.2.0",
        aliases: [],
        entry: "main.c",
        compile: Command(words: [.literal("/usr/bin/gcc"), .sources(endings: [".c"])]),
        run: Command(words: [.literal("/box/a.out"), .arguments]),
        environment: ["LANG": "C.UTF-8"],
        defaults: [:],
        compileDefaults: [:]
    )
}

extension Runtime {
    /// A compiler whose program may be kept.
    public static let compiler = Runtime(
        number: 4,
        name: "c",
        version: "12.2.0",
        aliases: [],
        entry: "main.c",
        compile: Command(words: [
            .literal("/usr/bin/gcc"), .literal("-o"), .literal("/box/program"),
            .sources(endings: [".c"]),
        ]),
        run: Command(words: [.literal("/box/program"), .arguments]),
        environment: ["LANG": "C.UTF-8"],
        defaults: [:],
        compileDefaults: [:],
        product: CompileProduct(path: "program", compiler: [1, 2], exceptions: ["__TIME__"])
    )
}

extension ExecutionRequest {
    /// Of two files, for ``Runtime/compiler``.
    public static let compiled: ExecutionRequest = {
        var request = ExecutionRequest.named("int main;")
        request.files[0].path = "main.c"
        request.files.append(SourceFile(path: "sub/a.h", content: Data("1".utf8)))
        request.entry = "main.c"
        request.compileLimits[.files] = 1
        return request
    }()
}

extension StageReport {
    /// What a compile stage leaves: the request's files, and the program.
    public static func left(by request: ExecutionRequest) -> StageReport {
        var report = StageReport.exited(0, stdout: "a warning")
        report.others = request.files.map {
            FileDigest(path: $0.path, digest: ContentDigest(of: $0.content))
        }
        report.files = [OutputFile(path: "program", content: .bytes(Data("binary".utf8)))]
        report.executables = ["program"]
        return report
    }
}
