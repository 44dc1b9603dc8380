import Domain
import Foundation
import Synchronization
import Testing

@testable import Scheduler

/// Programs in a dictionary, and what they were looked for by.
private final class MemoryCache: CompileCache {
    private let programs = Mutex<[Compilation: CompiledProgram]>([:])
    private let asked = Mutex<[Compilation]>([])
    private let forgotten = Mutex<[String]>([])

    var compilations: [Compilation] { asked.withLock(\.self) }
    var kept: [CompiledProgram] { programs.withLock { Array($0.values) } }
    var projects: [String] { forgotten.withLock(\.self) }

    func program(of compilation: Compilation) async -> CompiledProgram? {
        asked.withLock { $0.append(compilation) }
        return programs.withLock { $0[compilation] }
    }

    func keep(_ program: CompiledProgram, of compilation: Compilation) {
        programs.withLock { $0[compilation] = program }
    }

    func forget(project: String) async {
        forgotten.withLock { $0.append(project) }
    }
}

@Suite(.timeLimit(.minutes(10))) struct CompileCacheTests {
    private let cache = MemoryCache()
    private let journal = Journal()

    private static let compiler = Runtime(
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

    private static let request: ExecutionRequest = {
        var request = ExecutionRequest.named("int main;")
        request.files[0].path = "main.c"
        request.files.append(SourceFile(path: "sub/a.h", content: Data("1".utf8)))
        request.entry = "main.c"
        request.compileLimits[.files] = 1
        return request
    }()

    /// What a compile stage leaves: the request's files, and the program.
    private static func left(by request: ExecutionRequest) -> StageReport {
        var report = StageReport.exited(0, stdout: "a warning")
        report.files = request.files.map {
            OutputFile(path: $0.path, content: .bytes($0.content))
        }
        report.files.append(OutputFile(path: "program", content: .bytes(Data("binary".utf8))))
        report.executables = ["program"]
        return report
    }

    /// Runs it twice, and answers with the second.
    ///
    /// - Parameter change: what the compile stage reports instead.
    @discardableResult
    private func runTwice(
        _ first: ExecutionRequest = request,
        then second: ExecutionRequest? = nil,
        _ owners: [Owner] = [.organization("org_1"), .organization("org_1")],
        profiles: [SystemCallProfile] = [.standard, .standard],
        change: @escaping @Sendable (inout StageReport) -> Void = { _ in }
    ) async throws -> (ExecutionResult, FakeSandbox) {
        let requests = [first, second ?? first]
        var last: (ExecutionResult, FakeSandbox)?
        for index in 0..<2 {
            let request = requests[index]
            let sandbox = FakeSandbox(journal: journal) { _, _, order in
                guard order.arguments.first == "/usr/bin/gcc" else { return .exited(0) }
                var report = Self.left(by: request)
                change(&report)
                return report
            }
            let result = try await execute(
                request,
                on: Self.compiler,
                profile: profiles[index],
                in: sandbox,
                programs: OwnPrograms(in: cache, of: owners[index])
            )
            last = (result, sandbox)
        }
        return try #require(last)
    }

    private func programs(of sandbox: FakeSandbox) -> [String?] {
        sandbox.stageOrders.map(\.arguments.first)
    }

    private static let compiled = ["/usr/bin/gcc", "/box/program"]
    private static let spared = ["/box/program"]

    @Test func `the same sources are compiled once`() async throws {
        let (result, sandbox) = try await runTwice()
        #expect(programs(of: sandbox) == Self.spared)
        let binary = Data("binary".utf8)
        let program = SourceFile(path: "program", content: binary, isExecutable: true)
        #expect(sandbox.jailOrders.map(\.files) == [Self.request.files + [program]])
        let compile = try #require(result.compile)
        #expect(compile.isCached)
        #expect(compile.stdout.bytes == Data("a warning".utf8))
        #expect(compile.usage == StageReport.exited(0).result.usage)
        #expect(result.runs.count == 1)
        #expect(result.files == [])
    }

    @Test func `the first compile says that it was made now, and brings nothing to the caller`()
        async throws
    {
        let sandbox = FakeSandbox(journal: journal) { _, stage, _ in
            stage == 0 ? Self.left(by: Self.request) : .exited(0)
        }
        let result = try await execute(
            Self.request,
            on: Self.compiler,
            profile: .standard,
            in: sandbox,
            programs: OwnPrograms(in: cache, of: .organization("org_1"))
        )
        #expect(result.compile?.isCached == false)
        #expect(result.files == [])
        #expect(sandbox.stageOrders.map(\.outputs) == [["**"], []])
        // Two files and the program, and one more would be seen, though the limit is one file.
        #expect(try #require(sandbox.stageOrders.first).limits[.files] == 4)
        #expect(cache.compilations.first?.limits[.files] == 1)
        #expect(cache.kept.map(\.result.isCached) == [false])
    }

    @Test func `what only the run is about does not make another program`() async throws {
        var other = Self.request
        other.inputs = [RunInput(stdin: Data("in".utf8), arguments: ["x"])]
        other.environment = ["A": "1"]
        other.outputs = ["*"]
        other.limits[.wallMilliseconds] = 7
        other.limits[.memoryBytes] = 7
        other.metadata = ["a": "b"]
        let (_, sandbox) = try await runTwice(then: other)
        #expect(programs(of: sandbox) == Self.spared)
    }

    private static let differences: [@Sendable (inout ExecutionRequest) -> Void] = [
        { $0.files[0].content = Data("int main ;".utf8) },
        { $0.files[1].content = Data() },
        { $0.files[1].path = "sub/b.h" },
        { $0.files.append(SourceFile(path: "unused.txt", content: Data())) },
        { $0.entry = "sub/a.h" },
        { $0.compileLimits[.memoryBytes] += 1 },
        { $0.compileLimits[.wallMilliseconds] += 1 },
        { $0.compileLimits[.stderrBytes] -= 1 },
        { $0.limits[.workspaceBytes] = 1 << 20 },
        { $0.limits[.workspaceFiles] = 1 << 20 },
        { $0.project = "prj_1" },
    ]

    @Test(arguments: differences.indices)
    func `another source, file, entry, compile limit or project is compiled`(
        index: Int
    )
        async throws
    {
        var other = Self.request
        Self.differences[index](&other)
        let (result, sandbox) = try await runTwice(then: other)
        #expect(programs(of: sandbox) == Self.compiled)
        #expect(result.compile?.isCached == false)
    }

    @Test func `another owner or profile is compiled for`() async throws {
        let (own, other) = (Owner.organization("org_1"), Owner.organization("org_2"))
        let (_, forOther) = try await runTwice(Self.request, [own, other])
        #expect(programs(of: forOther) == Self.compiled)
        let (_, byAddress) = try await runTwice(Self.request, [own, .address("org_1")])
        #expect(programs(of: byAddress) == Self.compiled)
        var request = Self.request
        request.files[0].content = Data("profile".utf8)
        let (_, strict) = try await runTwice(request, profiles: [.standard, .strict])
        #expect(programs(of: strict) == Self.compiled)
    }

    @Test func `members of an organization share what was made of its project`() async throws {
        var request = Self.request
        request.project = "prj_1"
        let (_, sandbox) = try await runTwice(request)
        #expect(programs(of: sandbox) == Self.spared)
        #expect(cache.compilations.last?.scope == .project("prj_1"))
    }

    private static let flaws: [@Sendable (inout StageReport) -> Void] = [
        { $0.result.verdict = .exited(code: 1) },
        { $0.result.verdict = .timedOut },
        { $0.executables = [] },
        { $0.files.removeLast() },
        { $0.files = [] },
        { $0.files[2].content = .refused(.tooLarge) },
        { $0.files[1].content = .refused(.unreadable) },
        { $0.files[0].content = .bytes(Data("written over".utf8)) },
        { $0.files[0].path = "elsewhere.c" },
        { $0.files.append(OutputFile(path: "more", content: .bytes(Data()))) },
        { $0.files.append(OutputFile(path: "link", content: .refused(.notARegularFile))) },
    ]

    @Test(arguments: flaws.indices)
    func `a stage that failed, or left anything but its program, is not kept`(
        index: Int
    )
        async throws
    {
        let (_, sandbox) = try await runTwice(change: Self.flaws[index])
        #expect(cache.kept == [])
        #expect(programs(of: sandbox).first == Self.compiled.first)
    }

    @Test func `sources that mean more than their bytes are neither looked for nor kept`()
        async throws
    {
        for index in 0..<2 {
            var request = Self.request
            request.files[index].content = Data("puts(__TIME__);".utf8)
            let (_, sandbox) = try await runTwice(request)
            #expect(programs(of: sandbox) == Self.compiled)
            #expect(sandbox.stageOrders.flatMap(\.outputs) == [])
        }
        #expect(cache.compilations == [])
    }

    @Test(arguments: [("program", false), ("program/a.h", false), ("programs", true)])
    func `a source where the program will be is not looked for`(
        path: String,
        isLookedFor: Bool
    )
        async throws
    {
        var request = Self.request
        request.files.append(SourceFile(path: path, content: Data()))
        try await runTwice(request)
        #expect(cache.compilations.isEmpty != isLookedFor)
    }

    @Test func `without a cache, or where the runtime does not say so, nothing is brought out`()
        async throws
    {
        let sandbox = FakeSandbox(journal: journal)
        let result = try await execute(
            Self.request,
            on: Self.compiler,
            profile: .standard,
            in: sandbox
        )
        #expect(result.compile?.isCached == false)
        _ = try await execute(
            Self.request,
            on: .cLanguage,
            profile: .standard,
            in: sandbox,
            programs: OwnPrograms(in: cache, of: .organization("org_1"))
        )
        #expect(sandbox.stageOrders.count == 4)
        #expect(sandbox.stageOrders.flatMap(\.outputs) == [])
        #expect(cache.compilations == [])
    }

    @Test func `the scheduler compiles once for each owner, and forgets with the project`()
        async throws
    {
        let world = World(
            runtimes: [Self.compiler],
            script: { _, _, order in
                order.outputs.isEmpty ? .exited(0) : Self.left(by: Self.request)
            },
            compileCache: cache
        )
        for (id, caller) in [("a", Caller.pro), ("b", .pro), ("c", .organization("other"))] {
            let submission = try await world.submit(id, from: caller) { request in
                request = Self.request
                request.language = "c"
                request.version = "12.2.0"
            }
            _ = try await submission.finished()
        }
        #expect(
            programs(of: world.sandbox) == Self.compiled + Self.spared + Self.compiled
        )
        await world.scheduler.cancelAll(project: "prj_1")
        #expect(cache.projects == ["prj_1"])
    }
}
