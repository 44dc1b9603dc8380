import API
import ArgumentParser
import Catalog
import Domain
import FolderCache
import Foundation
import Runner
import WardenClient

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs one file in a jail, without a server.",
        discussion: """
            Passes standard output and error through, and exits with the program's exit code: 124 after a timeout, 137 after
            a memory kill, 128 + N after signal N. Standard error says why a program was stopped.

            Examples:
              quicksand run hello.py
              quicksand run main.c --memory 64MB --wall 2s -- first second
              quicksand run sort.py --stdin numbers.txt --json

            A compiled program is kept in a cache folder of the user who runs this, at most 256 MiB: /var/cache/quicksand for root,
            else $XDG_CACHE_HOME/quicksand or ~/.cache/quicksand. The same source with the same compiler is compiled once.
            """
    )

    /// The owner of the run, in the answer and in the cache.
    private static let owner = Owner.organization("local")

    @Argument(help: "The source file; its extension names the language.")
    var file: String

    @Option(help: "The language, if the extension does not name it.")
    var language: String?

    @Option(help: "A file for standard input; - is standard input of this command.")
    var stdin: String?

    @Option(help: "Memory of the whole jail, such as 64MB.")
    var memory: ByteCount?

    @Option(help: "Elapsed time, such as 2s or 500ms.")
    var wall: Milliseconds?

    @Option(help: "Processor time, such as 2s or 500ms.")
    var cpu: Milliseconds?

    @Option(help: "The plan that sets the limits.")
    var plan = "enterprise"

    @Flag(help: "Print the execution as JSON instead.")
    var json = false

    @Option(help: "The cache folder of compiled programs. [QUICKSAND_CACHE]")
    var cache: String?

    @Flag(help: "Compile the source even if its program is in the cache, and keep nothing.")
    var noCache = false

    @OptionGroup var machine: MachineOptions

    @Argument(parsing: .postTerminator, help: "Arguments for the program, after --.")
    var arguments: [String] = []

    func run() async throws {
        try await CommandError.report {
            let catalog = try machine.catalog(jails: 1)
            let runtime = try findRuntime(catalog)
            let request = try self.request(catalog, runtime)
            let started = Date()
            let result = try await result(of: request, runtime, catalog)
            if json {
                let execution = Execution(
                    id: Identifier.make(prefix: "exe_", at: started),
                    owner: Self.owner,
                    request: request,
                    createdAt: started,
                    state: .finished(result, startedAt: started, finishedAt: Date()),
                    attempts: 1
                )
                print(String(decoding: ExecutionPayload(execution).encoded(), as: UTF8.self))
            }
            let report = ProgramReport(result, limits: request.limits)
            throw ExitCode(report?.tell(showsCompiler: !json) ?? 1)
        }
    }

    private func result(
        of request: ExecutionRequest,
        _ runtime: Runtime,
        _ catalog: Catalog
    ) async throws -> ExecutionResult {
        let cache = noCache ? nil : CacheFolder(given: cache).open()
        let session = try machine.startWarden(catalog)
        defer { session.shutDown() }
        let (stdout, stderr) = (ShownOutput(.standardOutput), ShownOutput(.standardError))
        // The compiler's output is shown later, with its verdict.
        let passThrough: @Sendable (ExecutionStage, StageOutput) -> Void = { stage, output in
            guard case .run = stage else { return }
            switch output.stream {
            case .stdout: stdout.write(output.bytes)
            case .stderr: stderr.write(output.bytes)
            }
        }
        let result = try await execute(
            request,
            on: runtime,
            profile: .standard,
            in: session,
            programs: cache.map { OwnPrograms(in: $0, of: Self.owner) },
            onOutput: json ? nil : passThrough
        )
        await cache?.settle()
        return result
    }

    private func findRuntime(_ catalog: Catalog) throws -> Runtime {
        let name = language ?? URL(fileURLWithPath: file).pathExtension
        if name.isEmpty {
            throw CommandError(2, "\(file) has no extension: name the language with --language")
        }
        let byEnding = catalog.runtimes.installed.first { $0.entry.hasSuffix("." + name) }
        if language == nil, let byEnding { return byEnding }
        switch catalog.runtimes.find(language: name, version: nil) {
        case .found(let runtime): return runtime
        case .missing(let missing):
            throw CommandError(2, "\(missing.name) is not installed here: \(missing.installLine)")
        case .unknown, .noSuchVersion:
            let known = catalog.runtimes.installed.map(\.name).joined(separator: ", ")
            throw CommandError(2, "no runtime for '\(name)'; there are \(known)")
        }
    }

    private func request(_ catalog: Catalog, _ runtime: Runtime) throws -> ExecutionRequest {
        guard let plan = catalog.plans[plan] else {
            let known = catalog.plans.names.joined(separator: ", ")
            throw CommandError(2, "there is no plan '\(plan)'; there are \(known)")
        }
        var asked: [Limit: Int64] = [:]
        let wanted: [(Limit, Int64?)] = [
            (.memoryBytes, memory?.bytes), (.wallMilliseconds, wall?.value),
            (.cpuMilliseconds, cpu?.value),
        ]
        for case (let limit, let value?) in wanted {
            let least = limit.definition.least
            guard value >= least, value <= plan.ceilings[limit] else {
                throw CommandError(
                    2,
                    "\(limit.rawValue) \(value) is not between \(least) and plan \(plan.name)'s "
                        + "ceiling \(plan.ceilings[limit])"
                )
            }
            asked[limit] = value
        }
        let limits = plan.limits(for: runtime, asked: asked)
        let bytesMax = Int(limits[.sourceBytes])
        let source = try InputFile.read(file, bytesMax: bytesMax)
        let input = try stdin.map { try InputFile.read($0, bytesMax: bytesMax) } ?? Data()
        return ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: [SourceFile(path: runtime.entry, content: source)],
            entry: runtime.entry,
            inputs: [RunInput(stdin: input, arguments: arguments)],
            limits: limits,
            compileLimits: plan.compileDefaults(for: runtime)
        )
    }
}

/// A number of bytes with a unit: `64MB`, `1GiB`, `4096`.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int64

    init?(argument: String) {
        let units: [String: Int64] = [
            "": 1, "b": 1, "k": 1 << 10, "kb": 1_000, "kib": 1 << 10, "m": 1 << 20,
            "mb": 1_000_000, "mib": 1 << 20, "g": 1 << 30, "gb": 1_000_000_000, "gib": 1 << 30,
        ]
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let unit = argument.dropFirst(digits.count).lowercased()
        guard let number = Int64(digits), let factor = units[unit] else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        self.bytes = bytes
    }
}

/// A time with a unit: `2s`, `500ms`, `1.5s`.
struct Milliseconds: ExpressibleByArgument {
    let value: Int64

    init?(argument: String) {
        let factor: Double
        let digits: Substring
        if argument.hasSuffix("ms") {
            (factor, digits) = (1, argument.dropLast(2))
        } else if argument.hasSuffix("s") {
            (factor, digits) = (1_000, argument.dropLast())
        } else {
            return nil
        }
        guard let number = Double(digits), number.isFinite, number > 0, number < 1e9 else {
            return nil
        }
        value = Int64((number * factor).rounded(.up))
    }
}
