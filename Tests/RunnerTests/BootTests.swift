import Domain
import Foundation
import TestSupport
import Testing

@testable import Runner

/// The requests that may use an interpreter that was started before they arrived.
@Suite(.guardedAgainstHanging) struct BootTests {
    private static let runtime = Runtime(
        number: 3,
        name: "python",
        version: "3.11.2",
        aliases: [],
        entry: "main.py",
        compile: nil,
        run: Command(words: [.literal("/usr/bin/python3"), .entry, .arguments]),
        environment: ["LANG": "C.UTF-8"],
        defaults: [:],
        compileDefaults: [:],
        standby: Runtime.Standby(unless: ["package.json", ".local/"])
    )

    private func boot(
        on runtime: Runtime = runtime,
        _ change: (inout ExecutionRequest) -> Void = { _ in }
    ) async throws -> BootProgram? {
        let sandbox = FakeSandbox(journal: Journal())
        var request = ExecutionRequest.named("jail")
        request.files = [SourceFile(path: "main.py", content: Data("x".utf8))]
        request.entry = "main.py"
        request.environment = [:]
        request.inputs = [RunInput(stdin: Data("in".utf8), arguments: [])]
        change(&request)
        _ = try await execute(request, on: runtime, profile: .strict, in: sandbox)
        return try #require(sandbox.jailSpecs.first).boot
    }

    @Test func `one that asks for nothing special has the runtime's own command`() async throws {
        let boot = try #require(try await boot())
        #expect(boot.arguments == ["/usr/bin/python3", "main.py"])
        #expect(boot.environment == ["LANG": "C.UTF-8"])
        #expect(boot.entry == "main.py")
    }

    @Test func `what it brings else is not looked for before the script`() async throws {
        let plain = try await boot()
        #expect(
            try await boot { $0.files.append(SourceFile(path: "a/package.json", content: Data())) }
                == plain
        )
        #expect(try await boot { $0.limits[.wallMilliseconds] = 1 } == plain)
    }

    @Test func `one with arguments, variables or a main file of its own has none`() async throws {
        #expect(try await boot { $0.inputs[0].arguments = [""] } == nil)
        #expect(try await boot { $0.environment = ["A": ""] } == nil)
        #expect(
            try await boot {
                $0.files[0].path = "other.py"
                $0.entry = "other.py"
            } == nil
        )
    }

    @Test(arguments: ["package.json", ".local/lib/x.pth"])
    func `nor has one with a file that the interpreter looks for first`(path: String) async throws {
        #expect(
            try await boot { $0.files.append(SourceFile(path: path, content: Data())) } == nil
        )
    }

    @Test func `nor has any of a runtime that does not say so`() async throws {
        #expect(try await boot(on: .python) == nil)
    }

    @Test func `its script comes first among the files`() async throws {
        let sandbox = FakeSandbox(journal: Journal())
        var request = ExecutionRequest.named("jail")
        request.files = ["b", "main.py", "a"].map { SourceFile(path: $0, content: Data()) }
        request.entry = "main.py"
        _ = try await execute(request, on: Self.runtime, profile: .strict, in: sandbox)
        let paths = try #require(sandbox.jailSpecs.first).files.map(\.path)
        #expect(paths == ["main.py", "b", "a"])
    }
}
