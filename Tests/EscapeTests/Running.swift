import Domain
import Foundation
import Runner
import Testing
import WardenClient
import WardenUnderTest

extension WardenFixture {
    /// Runs a program of `Programs/` in a new jail, once for each of `runs`.
    func run(
        _ name: String,
        runs: [[String]] = [[]],
        stdin: Data = Data(),
        limits: [Limit: Int64] = [:],
        outputs: [String] = [],
        profile: SystemCallProfile = .strict
    ) async throws -> ExecutionResult {
        let runtime = try runtime(name.hasSuffix(".c") ? "c" : "python")
        var files = [try Checkout.program(name)]
        if name.hasSuffix(".c") { files.append(try Checkout.program("places.h")) }
        if name.hasSuffix(".py") { files.append(try Checkout.program("attempts.py")) }
        let request = ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: files,
            entry: name,
            inputs: runs.map { RunInput(stdin: stdin, arguments: $0) },
            limits: try self.limits(limits),
            compileLimits: try self.limits([.memoryBytes: 1 << 30]),
            outputs: outputs
        )
        let result = try await execute(request, on: runtime, profile: profile, in: session)
        try canaries.expectAbsent(from: result)
        if let compile = result.compile {
            #expect(compile.verdict == .exited(code: 0), "\(compile.stderr.text)")
        }
        return result
    }

    /// Returns the findings of the only run of a program, which must end by itself.
    func findings(
        _ name: String,
        _ arguments: [String] = [],
        limits: [Limit: Int64] = [:],
        profile: SystemCallProfile = .strict
    ) async throws -> [String: String] {
        let result = try await run(name, runs: [arguments], limits: limits, profile: profile)
        let run = try #require(result.runs.first)
        #expect(run.verdict == .exited(code: 0), "\(run.stderr.text)")
        return run.stdout.findings
    }

    func verdict(
        _ name: String,
        _ arguments: [String] = [],
        limits: [Limit: Int64] = [:]
    ) async throws -> Verdict {
        try #require(await run(name, runs: [arguments], limits: limits).runs.first).verdict
    }

    func expectHonestRun() async throws {
        let result = try await run("honest.py", stdin: Data("honest".utf8))
        let run = try #require(result.runs.first)
        #expect(run.verdict == .exited(code: 0))
        #expect(run.stdout == Output(bytes: Data("HONEST".utf8)))
        #expect(run.stderr == Output())
    }
}

extension Output {
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The lines `name=outcome` that every program here prints.
    var findings: [String: String] {
        let lines = text.split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        return Dictionary(lines) { first, _ in first }
    }
}

/// Checks that every attempt failed with one of these errors, and that there were enough attempts.
func expectRefused(
    _ findings: [String: String],
    with errors: Set<String>,
    atLeast count: Int,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(findings.count >= count, "\(findings)", sourceLocation: sourceLocation)
    for (attempt, outcome) in findings.sorted(by: { $0.key < $1.key }) {
        #expect(errors.contains(outcome), "\(attempt)", sourceLocation: sourceLocation)
    }
}
