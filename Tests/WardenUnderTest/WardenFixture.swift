public import Catalog
public import Domain
public import Testing
public import WardenClient
public import WardenProtocol

/// The real warden, sealed with this checkout's catalog.
///
/// A test reaches the jail through the parts of the real service: the client, the static warden,
/// and this checkout's runtimes and limits. The HTTP side is not included.
public struct WardenFixture: Sendable {
    public let session: WardenConnection
    public let catalog: Catalog

    /// The fixture of the running suite; set by ``WardenTrait``.
    @TaskLocal public static var current: WardenFixture?

    /// This checkout's catalog, loaded once.
    public static let catalog = Checkout.catalog(jails: 16)

    /// - Parameters:
    ///   - absent: the layers that its jails lack.
    ///   - raised: ceilings in place of the plans'.
    public static func open(
        without absent: Set<IsolationLayer> = [],
        raised: [Limit: Int64] = [:]
    ) throws -> WardenFixture {
        let catalog = try catalog.get()
        var image = catalog.image
        image.absent = absent
        for (limit, ceiling) in raised { image.ceilings[limit] = ceiling }
        let session = try WardenConnection.start(
            program: try Checkout.warden(),
            catalog: image,
            systemCallNames: catalog.systemCallNames
        )
        return WardenFixture(session: session, catalog: catalog)
    }

    public func close() { session.shutDown() }

    /// - Throws: if this machine lacks the runtime: an attack that did not run does not count as
    ///   refused.
    public func runtime(_ language: String) throws -> Runtime {
        guard case .found(let runtime) = catalog.runtimes.find(language: language, version: nil)
        else { throw Missing(what: "runtime " + language) }
        return runtime
    }

    public func plan(_ name: String) throws -> Plan {
        guard let plan = catalog.plans[name] else { throw Missing(what: "plan " + name) }
        return plan
    }

    /// Returns the defaults of a plan, except for time: no program reaches a time limit
    /// unintentionally, even on a busy machine.
    public func limits(_ changes: [Limit: Int64] = [:]) throws -> Limits {
        let plan = try plan("pro")
        return Limits { changes[$0] ?? Self.patience[$0] ?? plan.defaults[$0] }
    }

    public static let patience: [Limit: Int64] = [
        .wallMilliseconds: 300_000, .cpuMilliseconds: 300_000,
    ]
}

/// A trait that opens a warden for a whole suite and ends it afterwards.
public struct WardenTrait: SuiteTrait, TestScoping {
    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent () async throws -> Void
    ) async throws {
        let fixture = try WardenFixture.open()
        defer { fixture.close() }
        try await WardenFixture.$current.withValue(fixture) { try await function() }
    }
}

extension Trait where Self == WardenTrait {
    public static var withWarden: Self { WardenTrait() }
}
