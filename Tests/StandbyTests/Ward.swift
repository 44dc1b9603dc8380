import Catalog
import Domain
import Foundation
import Testing
import WardenClient
import WardenUnderTest

/// The real warden, sealed with this checkout's catalog, for a whole suite.
struct Ward: Sendable {
    let session: WardenConnection
    let catalog: Catalog

    /// The one of the suite that is running; set by ``WardTrait``.
    @TaskLocal static var current: Ward?

    static func open() throws -> Ward {
        let catalog = try Checkout.catalog.get()
        let session = try WardenConnection.start(
            program: try Checkout.warden(),
            catalog: catalog.image,
            systemCallNames: catalog.systemCallNames
        )
        return Ward(session: session, catalog: catalog)
    }

    /// - Throws: where this machine lacks the runtime: what was not run was not the same.
    func runtime(_ language: String) throws -> Runtime {
        guard case .found(let runtime) = catalog.runtimes.find(language: language, version: nil)
        else { throw Missing(what: "runtime " + language) }
        return runtime
    }

    /// Such limits as most callers have who send several files.
    func plan() throws -> Plan {
        guard let plan = catalog.plans["free"] else { throw Missing(what: "plan free") }
        return plan
    }

    /// - Returns: why the program could tell a jail that stood by from one that did not.
    func faults(
        of program: StandbyProgram,
        profile: SystemCallProfile = .strict,
        jailsMax: Int = 1,
        altering: @escaping @Sendable (inout StandbySpec) -> Void = { _ in }
    ) async throws -> [String] {
        let runtime = try runtime(program.runtime)
        let setting = try program.setting()
        let trial = try await Trial.make(
            of: try program.request(on: runtime, plan: try plan()),
            on: runtime,
            profile: profile,
            session: session,
            jailsMax: jailsMax,
            altering: altering
        )
        return trial.faults(
            isBooted: runtime.standby != nil && setting.isBooted != false,
            differs: setting.differs ?? false
        )
    }
}

/// Opens a warden for a whole suite and ends it afterwards.
struct WardTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent () async throws -> Void
    ) async throws {
        let ward = try Ward.open()
        defer { ward.session.shutDown() }
        try await Ward.$current.withValue(ward) { try await function() }
    }
}

extension Trait where Self == WardTrait {
    static var withWarden: Self { WardTrait() }
}

/// One after another: which jails stand by is part of what is tested.
@Suite(
    .serialized,
    .enabled(if: Checkout.isRoot, "jails can be made by root only: run as root"),
    .withWarden
)
enum StandbyTests {}
