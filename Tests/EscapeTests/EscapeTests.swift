import Domain
import Foundation
import Testing
import WardenUnderTest

/// A trait that checks the state after every test of a suite.
///
/// Nothing is left, nothing was touched, and the next honest program runs normally.
struct LeavesNoTraceTrait: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil, let fixture = WardenFixture.current else {
            return try await function()
        }
        // Read the traces after the first honest run: the client opens its resources on first use.
        try await fixture.expectHonestRun()
        let before = try await fixture.traces()
        let neighbour = try await Neighbour(in: fixture)
        do {
            defer { neighbour.close() }
            try await function()
            try await neighbour.expectUntouched()
        }
        let after = try await fixture.traces(like: before)
        #expect(after.isClean(since: before), "\(after), before \(before)")
        #expect(try fixture.canaries.areUntouched)
        try await fixture.expectHonestRun()
    }
}

extension Trait where Self == LeavesNoTraceTrait {
    static var leavesNoTrace: Self { LeavesNoTraceTrait() }
}

/// The attacks run one after another: each test checks the remains in the same warden.
@Suite(
    .serialized,
    .enabled(if: Checkout.isRoot, "jails can be made by root only: run as root"),
    .withWarden,
    .withCanaries,
    .leavesNoTrace
)
enum EscapeTests {}

extension Checkout {
    static let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent()
    /// The folder of the hostile programs.
    static let attacks = URL(fileURLWithPath: root)
        .appendingPathComponent("Sources/EscapeCorpus/Programs")
    static func program(_ name: String) throws -> SourceFile {
        let file = attacks.appendingPathComponent(name)
        return SourceFile(path: name, content: try Data(contentsOf: file))
    }
}
