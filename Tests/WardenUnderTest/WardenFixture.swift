public import Catalog
public import Domain
public import Testing
public import WardenClient
public import WardenProtocol

/// The real warden, sealed with this checkout's catalog.
///
/// Nothing stands between a test and the jail but what stands there in service: the client, the
/// static warden, the runtimes and the limits that this checkout ships. The HTTP side is no part of
/// it.
public struct WardenFixture: Sendable {
    public let session: WardenConnection
    public let catalog: Catalog

    /// The one of the suite that is running; set by ``WardenTrait``.
    @TaskLocal public static var current: WardenFixture?

    /// What this checkout ships, read once.
    public static let catalog = Checkout.catalog(jails: 16)

    /// - Parameter absent: walls that its jails are to have no more.
    public static func open(without absent: Set<IsolationLayer> = []) throws -> WardenFixture {
        let catalog = try catalog.get()
        var image = catalog.image
        image.absent = absent
        let session = try WardenConnection.start(
            program: try Checkout.warden(),
            catalog: image,
            systemCallNames: catalog.systemCallNames
        )
        return WardenFixture(session: session, catalog: catalog)
    }

    public func close() { session.shutDown() }

    /// - Throws: where this machine lacks the runtime: an attack that was not made is not refused.
    public func runtime(_ language: String) throws -> Runtime {
        guard case .found(let runtime) = catalog.runtimes.find(language: language, version: nil)
        else { throw Missing(what: "runtime " + language) }
        return runtime
    }

    public func plan(_ name: String) throws -> Plan {
        guard let plan = catalog.plans[name] else { throw Missing(what: "plan " + name) }
        return plan
    }

    /// With the defaults of a plan, but for time: whatever is not to meet a limit of it meets none,
    /// however busy the machine is.
    public func limits(_ changes: [Limit: Int64] = [:]) throws -> Limits {
        let plan = try plan("pro")
        return Limits { changes[$0] ?? Self.patience[$0] ?? plan.defaults[$0] }
    }

    public static let patience: [Limit: Int64] = [
        .wallMilliseconds: 300_000, .cpuMilliseconds: 300_000,
    ]
}

/// Opens a warden for a whole suite and ends it afterwards.
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
