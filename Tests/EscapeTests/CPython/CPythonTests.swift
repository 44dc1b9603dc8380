import Catalog
import Domain
import Foundation
import Glibc
import Runner
import TestSupport
import Testing
import WardenUnderTest

/// CPython's own tests of what programs ask a system for, in a jail and outside.
///
/// They are Debian's `libpython3.…-testsuite`, which `Scripts/test-tools` installs below `/usr`,
/// where every jail has them. `losses.txt` names what a jail may lose.
@Suite(.serialized, .enabled(if: Checkout.isRoot, "jails can be made by root only: run as root"))
struct CPythonTests {
    /// Those that take a few seconds, which `make test` runs.
    private static let quick = ["test_fcntl", "test_os", "test_pty", "test_resource"]
    private static let slow = ["test_io", "test_largefile", "test_socket", "test_subprocess"]

    @Test(arguments: Campaign.size(short: quick, long: quick + slow))
    func `a jail loses no test of CPython's but those that are listed`(module: String) async throws
    {
        let outside = try await Self.outside(module)
        let inside = try await Self.inside(module)
        let passing = outside.filter { $0.value.isPassed }.keys.sorted()
        #expect(!passing.isEmpty, "\(outside)")
        let losses = try Loss.listed().filter { $0.module == module }
        for test in passing {
            let reasons = losses.filter { $0.covers(test) }
            let outcome = inside[test] ?? CPythonOutcome(word: "absent", why: "")
            if outcome.isPassed {
                #expect(reasons.isEmpty, "\(test) is lost no more; take it out of losses.txt")
            } else {
                #expect(reasons.count == 1, "\(test) is lost: \(outcome.word) \(outcome.why)")
            }
        }
        for loss in losses {
            #expect(outside.keys.contains(where: loss.covers), "\(loss.pattern) is no test")
        }
    }

    @Test func `every loss that is listed has a reason, and is of a module that runs`() throws {
        for loss in try Loss.listed() {
            #expect(!loss.reason.isEmpty, "\(loss.pattern)")
            #expect((Self.quick + Self.slow).contains(loss.module), "\(loss.pattern)")
        }
    }

    /// With the ceilings of the largest plan, but for the size of a file: the tests of large ones
    /// need more than 2 GiB.
    private static func inside(_ module: String) async throws -> [String: CPythonOutcome] {
        let fileBytes: Int64 = 3 << 30
        let fixture = try WardenFixture.open(raised: [.fileBytes: fileBytes])
        defer { fixture.close() }
        let runtime = try fixture.runtime("python")
        let plan = try fixture.plan("enterprise")
        let source = try Self.source()
        let request = ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: [source],
            entry: source.path,
            inputs: [RunInput(arguments: [module])],
            limits: Limits { $0 == .fileBytes ? fileBytes : plan.ceilings[$0] },
            compileLimits: plan.compileDefaults(for: runtime)
        )
        let result = try await execute(
            request,
            on: runtime,
            profile: .standard,
            in: fixture.session
        )
        let run = try #require(result.runs.first)
        #expect(run.verdict == .exited(code: 0), "\(run.stderr.text)")
        return try CPythonOutcome.read(run.stdout.text)
    }

    private static func outside(_ module: String) async throws -> [String: CPythonOutcome] {
        let catalog = try WardenFixture.catalog.get()
        let found = catalog.runtimes.find(language: "python", version: nil)
        guard case .found(let runtime) = found else { throw Missing(what: "python") }
        let end = try await Outside.run(
            try source(),
            [module],
            stdin: Data(),
            on: runtime,
            mounts: [:],
            secondsMax: 600
        )
        #expect(end.code == 0, "\(end.stderr)")
        return try CPythonOutcome.read(end.stdout)
    }

    private static func source() throws -> SourceFile {
        let file = Loss.folder.appendingPathComponent("main.py")
        return SourceFile(path: "main.py", content: try Data(contentsOf: file))
    }
}

/// What became of a test.
private struct CPythonOutcome {
    let word: String
    let why: String

    var isPassed: Bool { word == "ok" }

    /// Reads what `main.py` prints: a line for each test, and then END.
    static func read(_ text: String) throws -> [String: CPythonOutcome] {
        var lines = text.split(separator: "\n")
        guard lines.popLast() == "END" else {
            throw Missing(what: "CPython's tests to their end; Scripts/test-tools installs them")
        }
        let outcomes = lines.map { line in
            let words = line.split(separator: "\t", omittingEmptySubsequences: false)
            let why = words.dropFirst(2).joined(separator: " ")
            return (String(words[0]), CPythonOutcome(word: String(words[1]), why: why))
        }
        return Dictionary(uniqueKeysWithValues: outcomes)
    }
}

/// The tests that a jail may lose for one reason.
private struct Loss {
    let pattern: String
    let reason: String

    var module: String { String(pattern.prefix { $0 != "." }) }

    func covers(_ test: String) -> Bool { fnmatch(pattern, test, 0) == 0 }

    static let folder = Checkout.tests.appendingPathComponent("CPython")

    /// Reads the lines `PATTERN: REASON`.
    static func listed() throws -> [Loss] {
        let file = folder.appendingPathComponent("losses.txt")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
            .map { line in
                let pattern = line.prefix { $0 != ":" }
                let reason = line.dropFirst(pattern.count + 1).drop { $0 == " " }
                return Loss(pattern: String(pattern), reason: String(reason))
            }
    }
}
