import Catalog
import Domain
import Foundation
import Runner
import Testing
import WardenClient
import WardenProtocol
import WardenUnderTest

/// The hostile programs all run in here: the real warden, sealed with this checkout's catalog.
///
/// Nothing stands between a test and the jail but what stands there in service: the client, the
/// static warden, the runtimes and the limits that this checkout ships. The HTTP side is no part of
/// it.
struct Prison: Sendable {
    let session: WardenConnection
    let catalog: Catalog
    let canaries: Canaries

    /// The one of the suite that is running; set by ``PrisonTrait``.
    @TaskLocal static var current: Prison?

    /// - Parameter absent: walls that its jails are to have no more.
    static func open(without absent: Set<IsolationLayer> = []) throws -> Prison {
        let catalog = try Checkout.catalog.get()
        var image = catalog.image
        image.absent = absent
        let session = try WardenConnection.start(
            program: try Checkout.warden(),
            catalog: image,
            systemCallNames: catalog.systemCallNames
        )
        do {
            return Prison(session: session, catalog: catalog, canaries: try Canaries())
        } catch {
            session.shutDown()
            throw error
        }
    }

    func close() {
        session.shutDown()
        canaries.remove()
    }

    /// - Throws: where this machine lacks the runtime: an attack that was not made is not refused.
    func runtime(_ language: String) throws -> Runtime {
        guard case .found(let runtime) = catalog.runtimes.find(language: language, version: nil)
        else { throw Missing(what: "runtime " + language) }
        return runtime
    }

    /// With the defaults of a plan, but for time: whatever is not to meet a limit of it meets none,
    /// however busy the machine is.
    func limits(_ changes: [Limit: Int64] = [:]) throws -> Limits {
        guard let plan = catalog.plans["pro"] else { throw Missing(what: "plan pro") }
        return Limits { changes[$0] ?? Self.patience[$0] ?? plan.defaults[$0] }
    }

    static let patience: [Limit: Int64] = [.wallMilliseconds: 300_000, .cpuMilliseconds: 300_000]
}

extension Checkout {
    static let tests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent()
    /// The hostile programs.
    static let attacks = URL(fileURLWithPath: root)
        .appendingPathComponent("Sources/EscapeCorpus/Programs")
    /// Read once.
    static let catalog = catalog(jails: 4)

    static func program(_ name: String) throws -> SourceFile {
        let file = attacks.appendingPathComponent(name)
        return SourceFile(path: name, content: try Data(contentsOf: file))
    }
}

/// Opens a warden for a whole suite and ends it afterwards.
struct PrisonTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent () async throws -> Void
    ) async throws {
        let prison = try Prison.open()
        defer { prison.close() }
        try await Prison.$current.withValue(prison) { try await function() }
    }
}

/// Holds every test of a suite to what comes after an attack.
///
/// Nothing is left, nothing was touched, and the next honest program runs as if nothing had been.
struct LeavesNoTraceTrait: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil, let prison = Prison.current else { return try await function() }
        // Not before the first honest run: the client opens what it needs when it needs it.
        try await prison.expectHonestRun()
        let before = try await prison.traces()
        let neighbour = try await Neighbour(in: prison)
        do {
            defer { neighbour.close() }
            try await function()
            try await neighbour.expectUntouched()
        }
        let after = try await prison.traces(like: before)
        #expect(after.isClean(since: before), "\(after), before \(before)")
        #expect(prison.canaries.areUntouched)
        try await prison.expectHonestRun()
    }
}

extension Trait where Self == PrisonTrait {
    static var inPrison: Self { PrisonTrait() }
}

extension Trait where Self == LeavesNoTraceTrait {
    static var leavesNoTrace: Self { LeavesNoTraceTrait() }
}

/// Every attack, one after another: each looks at what the one warden has left.
@Suite(
    .serialized,
    .enabled(if: Checkout.isRoot, "jails can be made by root only: run as root"),
    .inPrison,
    .leavesNoTrace
)
enum EscapeTests {}
