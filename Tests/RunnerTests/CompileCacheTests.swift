import Domain
import Foundation
import TestSupport
import Testing

@testable import Runner

@Suite(.guardedAgainstHanging) struct CompileCacheTests {
    private let cache = MemoryCache()
    private let journal = Journal()

    /// Runs two requests, and returns the second result.
    ///
    /// - Parameter change: replaces the report of the compile stage.
    @discardableResult
    private func runTwice(
        _ first: ExecutionRequest = .compiled,
        then second: ExecutionRequest? = nil,
        _ owners: [Owner] = [.organization("org_1"), .organization("org_1")],
        profiles: [SystemCallProfile] = [.standard, .standard],
        change: @escaping @Sendable (inout StageReport) -> Void = { _ in }
    ) async throws -> (ExecutionResult, FakeSandbox) {
        let requests = [first, second ?? first]
        var last: (ExecutionResult, FakeSandbox)?
        for index in 0..<2 {
            let request = requests[index]
            let sandbox = FakeSandbox(journal: journal) { _, _, spec, _ in
                guard spec.arguments.first == "/usr/bin/gcc" else { return .exited(0) }
                var report = StageReport.left(by: request)
                change(&report)
                return report
            }
            let result = try await execute(
                request,
                on: Runtime.compiler,
                profile: profiles[index],
                in: sandbox,
                programs: OwnPrograms(in: cache, of: owners[index])
            )
            last = (result, sandbox)
        }
        return try #require(last)
    }

    private func programs(of sandbox: FakeSandbox) -> [String?] {
        sandbox.stageSpecs.map(\.arguments.first)
    }

    private static let compiled = ["/usr/bin/gcc", "/box/program"]
    private static let spared = ["/box/program"]

    @Test func `the same sources are compiled once`() async throws {
        let (result, sandbox) = try await runTwice()
        #expect(programs(of: sandbox) == Self.spared)
        let binary = Data("binary".utf8)
        let program = SourceFile(path: "program", content: binary, isExecutable: true)
        #expect(sandbox.jailSpecs.map(\.files) == [ExecutionRequest.compiled.files + [program]])
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
        let sandbox = FakeSandbox(journal: journal) { _, stage, _, _ in
            stage == 0 ? StageReport.left(by: ExecutionRequest.compiled) : .exited(0)
        }
        let result = try await execute(
            ExecutionRequest.compiled,
            on: Runtime.compiler,
            profile: .standard,
            in: sandbox,
            programs: OwnPrograms(in: cache, of: .organization("org_1"))
        )
        #expect(result.compile?.isCached == false)
        #expect(result.files == [])
        #expect(sandbox.stageSpecs.map(\.outputs) == [["program"], []])
        #expect(sandbox.stageSpecs.map(\.digestsOthers) == [true, false])
        // The limit of one file becomes 4: two sources, the program and one unexpected file.
        #expect(try #require(sandbox.stageSpecs.first).limits[.files] == 4)
        #expect(cache.compilations.first?.limits[.files] == 1)
        #expect(cache.kept.map(\.result.isCached) == [false])
    }

    @Test func `what only the run is about does not make another program`() async throws {
        var other = ExecutionRequest.compiled
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
        var other = ExecutionRequest.compiled
        Self.differences[index](&other)
        let (result, sandbox) = try await runTwice(then: other)
        #expect(programs(of: sandbox) == Self.compiled)
        #expect(result.compile?.isCached == false)
    }

    @Test func `another owner or profile is compiled for`() async throws {
        let (own, other) = (Owner.organization("org_1"), Owner.organization("org_2"))
        let (_, forOther) = try await runTwice(.compiled, [own, other])
        #expect(programs(of: forOther) == Self.compiled)
        let (_, byAddress) = try await runTwice(.compiled, [own, .address("org_1")])
        #expect(programs(of: byAddress) == Self.compiled)
        var request = ExecutionRequest.compiled
        request.files[0].content = Data("profile".utf8)
        let (_, strict) = try await runTwice(request, profiles: [.standard, .strict])
        #expect(programs(of: strict) == Self.compiled)
    }

    @Test func `members of an organization share what was made of its project`() async throws {
        var request = ExecutionRequest.compiled
        request.project = "prj_1"
        let (_, sandbox) = try await runTwice(request)
        #expect(programs(of: sandbox) == Self.spared)
        #expect(cache.compilations.last?.scope == .project("prj_1"))
    }

    private static let flaws: [@Sendable (inout StageReport) -> Void] = [
        { $0.result.verdict = .exited(code: 1) },
        { $0.result.verdict = .timedOut },
        { $0.executables = [] },
        { $0.files = [] },
        { $0.files[0].content = .refused(.tooLarge) },
        { $0.files[0].path = "elsewhere" },
        { $0.others.removeLast() },
        { $0.others = [] },
        { $0.others[1] = $0.others[0] },
        { $0.others[0].digest = ContentDigest(of: Data("written over".utf8)) },
        { $0.others[0].path = "elsewhere.c" },
        { $0.others.append(FileDigest(path: "more", digest: ContentDigest(of: Data()))) },
        { $0.files.append(OutputFile(path: "main.c", content: .refused(.unreadable))) },
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
            var request = ExecutionRequest.compiled
            request.files[index].content = Data("puts(__TIME__);".utf8)
            let (_, sandbox) = try await runTwice(request)
            #expect(programs(of: sandbox) == Self.compiled)
            #expect(sandbox.stageSpecs.flatMap(\.outputs) == [])
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
        var request = ExecutionRequest.compiled
        request.files.append(SourceFile(path: path, content: Data()))
        try await runTwice(request)
        #expect(cache.compilations.isEmpty != isLookedFor)
    }

    @Test func `without a cache, or where the runtime does not say so, nothing is brought out`()
        async throws
    {
        let sandbox = FakeSandbox(journal: journal)
        let result = try await execute(
            ExecutionRequest.compiled,
            on: Runtime.compiler,
            profile: .standard,
            in: sandbox
        )
        #expect(result.compile?.isCached == false)
        _ = try await execute(
            ExecutionRequest.compiled,
            on: .cLanguage,
            profile: .standard,
            in: sandbox,
            programs: OwnPrograms(in: cache, of: .organization("org_1"))
        )
        #expect(sandbox.stageSpecs.count == 4)
        #expect(sandbox.stageSpecs.allSatisfy { !$0.collects })
        #expect(cache.compilations == [])
    }
}
