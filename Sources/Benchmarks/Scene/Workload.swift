import Catalog
import Commands
import Domain
import Foundation
import WardenProtocol

/// A program that is measured both bare and sandboxed.
struct Workload: Sendable {
    let language: String
    /// The workload's name in titles.
    let words: String
    let code: String
    let expected: String
    /// The bare interpreter's flag for a program as an argument; `nil` for a program in a file.
    private var inline: String?

    static let all = [
        Workload(
            language: "python",
            words: "Python print(1+1)",
            code: "print(1+1)",
            expected: "2\n",
            inline: "-c"
        ),
        Workload(
            language: "typescript",
            words: "TypeScript console.log(1+1)",
            code: "console.log(1+1)",
            expected: "2\n"
        ),
        Workload(language: "bash", words: "bash :", code: ":", expected: "", inline: "-c"),
        Workload(language: "c", words: "C main(){}", code: "int main(void) {}", expected: ""),
    ]

    static var languages: String { all.map(\.language).joined(separator: ", ") }

    /// - Throws: ``CommandError`` if the language has no workload.
    static func named(_ language: String) throws -> Workload {
        guard let found = all.first(where: { $0.language == language }) else {
            throw CommandError(2, "--language: '\(language)' is not one of \(languages)")
        }
        return found
    }

    private init(
        language: String,
        words: String,
        code: String,
        expected: String,
        inline: String? = nil
    ) {
        self.language = language
        self.words = words
        self.code = code
        self.expected = expected
        self.inline = inline
    }

    /// Returns the same program in a source text that no compiler has seen.
    func variant(_ number: Int) -> Workload {
        var code = "// \(number)\n" + code
        code.append("\n")
        return Workload(language: language, words: words, code: code, expected: expected)
    }

    /// Returns the program and its compiler as this machine runs them without a sandbox.
    ///
    /// The runtime is the runtime of the jails.
    /// - Throws: ``CommandError`` if the runtime is not installed.
    func bare(on machine: MachineOptions, in scene: BenchScene) throws -> Bare {
        let catalog = try machine.catalog(jails: 1)
        guard case .found(let runtime) = catalog.runtimes.find(language: language, version: nil)
        else {
            throw CommandError(
                2,
                "\(language) is not installed; quicksand runtimes says how to get it"
            )
        }
        let mounts = catalog.image.runtimes[Int(runtime.number)].mounts
        guard case .literal(let first)? = (runtime.compile ?? runtime.run).words.first else {
            throw CommandError(2, "\(language) has no program of its own")
        }
        let program = Self.host(first, mounts)
        let version = "\(runtime.name) \(runtime.version)"
        if let inline {
            return Bare(
                version: version,
                program: [program, inline, code],
                environment: [:],
                compile: nil
            )
        }
        let source = try scene.write(Data(code.utf8), as: runtime.entry)
        guard runtime.compile != nil else {
            let words = runtime.run.filled(entry: source, files: [], arguments: [])
            return Bare(
                version: version,
                program: [program] + words.dropFirst(),
                // The runtime's caches go into the scene, as a jail's caches go into the jail.
                environment: runtime.environment.mapValues {
                    $0.hasPrefix("/tmp/") ? scene.folder + $0 : $0
                },
                compile: nil
            )
        }
        let output = scene.folder + "/program"
        return Bare(
            version: version,
            program: [output],
            environment: [:],
            compile: [program, "-O2", "-o", output, source]
        )
    }

    /// Returns the host's path of a path in the jail.
    private static func host(_ path: String, _ mounts: [MountImage]) -> String {
        for mount in mounts where path.hasPrefix(mount.target + "/") {
            return mount.source + path.dropFirst(mount.target.count)
        }
        return path
    }
}

/// A workload without a sandbox.
struct Bare: Sendable {
    /// The version of the runtime, the same as in the jails.
    let version: String
    let program: [String]
    let environment: [String: String]
    /// The compiler's command, if the language is compiled.
    let compile: [String]?

    /// The note in a report.
    var remark: String { "Bare and in the jail: \(version)." }

    /// Returns the program; compiles it first if necessary.
    func started(expecting output: String) throws -> BareProgram {
        try compiler()?.time()
        return try BareProgram(program, environment: environment, expecting: output)
    }

    func compiler() throws -> BareProgram? {
        try compile.map { try BareProgram($0, expecting: "") }
    }
}
