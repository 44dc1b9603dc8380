import Catalog
import Domain
import Foundation
import Runner
import Testing
import WardenClient
import WardenProtocol
import WardenUnderTest

extension EscapeTests {
    /// Honest programs in jails: operators switch off a layer that breaks them.
    @Suite struct HonestTests {
        @Test(arguments: try HonestProgram.all())
        func `an honest program runs in both profiles`(program: HonestProgram) async throws {
            let fixture = try #require(WardenFixture.current)
            try await fixture.expectHonest(program, .strict)
            try await fixture.expectHonest(program, .standard)
        }

        @Test func `every runtime has honest programs`() throws {
            let fixture = try #require(WardenFixture.current)
            let covered = Set(try HonestProgram.all().map(\.runtime))
            #expect(covered.isSuperset(of: fixture.catalog.runtimes.installed.map(\.name)))
        }
    }
}

/// The same programs outside, as an ordinary user: their output in a jail must be their output
/// anywhere.
///
/// The suite is separate from the tests that leave no trace: Foundation keeps descriptors of its
/// processes.
@Suite(.serialized, .enabled(if: Checkout.isRoot, "becoming another user takes root"))
struct HonestControlTests {
    @Test(arguments: try HonestProgram.all())
    func `outside, an honest program says the same`(program: HonestProgram) async throws {
        let catalog = try WardenFixture.catalog.get()
        let found = catalog.runtimes.find(language: program.runtime, version: nil)
        guard case .found(let runtime) = found else { throw Missing(what: program.runtime) }
        // The inside and outside paths of a runtime that is not the system's.
        let mounts = catalog.image.runtimes[Int(runtime.number)].mounts
        let places = Dictionary(mounts.map { ($0.target, $0.source) }) { first, _ in first }
        let end = try await Outside.run(program, on: runtime, mounts: places)
        #expect(end.code == 0)
        #expect(end.stderr == "")
        let expected = try program.expected(.outside)
        #expect(end.stdout == expected)
    }
}

extension WardenFixture {
    /// Runs a program with the default limits of its profile, except for time: the machine may be
    /// busy.
    fileprivate func expectHonest(
        _ program: HonestProgram,
        _ profile: SystemCallProfile
    ) async throws {
        let runtime = try runtime(program.runtime)
        let source = try program.source()
        let place: HonestProgram.Place = profile == .strict ? .strict : .standard
        let name = profile == .strict ? "anonymous" : "free"
        guard let plan = catalog.plans[name] else { throw Missing(what: "plan " + name) }
        let (limits, compileLimits) = (
            plan.defaults(for: runtime), plan.compileDefaults(for: runtime)
        )
        let request = ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: [source],
            entry: source.path,
            inputs: [
                RunInput(stdin: HonestProgram.stdin, arguments: HonestProgram.arguments)
            ],
            limits: Limits { Self.patience[$0] ?? limits[$0] },
            compileLimits: Limits { Self.patience[$0] ?? compileLimits[$0] }
        )
        let result = try await execute(request, on: runtime, profile: profile, in: session)
        if let compile = result.compile {
            #expect(compile.verdict == .exited(code: 0), "\(place): \(compile.stderr.text)")
            #expect(compile.stderr == Output(), "\(place)")
            #expect(compile.refusedCalls == [], "\(place)")
        }
        let run = try #require(result.runs.first)
        #expect(run.verdict == .exited(code: 0), "\(place)")
        #expect(run.stderr.text == "", "\(place)")
        let expected = try program.expected(place)
        #expect(run.stdout.text == expected, "\(place)")
        let refused = try program.refused()
        #expect(run.refusedCalls.sorted() == refused, "\(place)")
    }
}
