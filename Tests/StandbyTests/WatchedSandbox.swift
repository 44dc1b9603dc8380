import Domain
import Synchronization
import WardenClient

/// A sandbox with real jails that reports when a jail stands by.
final class WatchedSandbox: StandbyProvider {
    private let connection: WardenConnection
    private let altering: @Sendable (inout StandbySpec) -> Void
    private let report: AsyncStream<StandbyChange>.Continuation
    private let prepared = Mutex<[StandbySpec]>([])
    /// The changes of each jail that was made in advance, in order.
    let changes: AsyncStream<StandbyChange>

    /// - Parameter altering: changes the specs of standby jails, so that a test has a difference to
    ///   find.
    init(
        _ connection: WardenConnection,
        altering: @escaping @Sendable (inout StandbySpec) -> Void
    ) {
        self.connection = connection
        self.altering = altering
        (changes, report) = AsyncStream.makeStream()
    }

    /// The specs of the jails that were made in advance.
    var specs: [StandbySpec] { prepared.withLock { $0 } }

    var isAvailable: Bool { connection.isAvailable }
    var events: AsyncStream<SandboxEvent> { connection.events }

    func open(_ spec: JailSpec) async throws -> any SandboxSession {
        try await connection.open(spec)
    }

    func prepare(
        _ spec: StandbySpec,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbySession {
        prepared.withLock { $0.append(spec) }
        var altered = spec
        altering(&altered)
        do {
            let jail = try connection.prepare(altered) { [report] change in
                changed(change)
                report.yield(change)
            }
            // No program starts in it, so the warden reports nothing.
            if spec.boot == nil { report.yield(.ready(milliseconds: 0, memoryBytes: 0)) }
            return altered.boot == spec.boot ? jail : Altered(jail: jail, boot: altered.boot)
        } catch {
            report.yield(.gone)
            throw error
        }
    }
}

/// A jail in which another program was started than the request names.
///
/// The warden ends a front that resumes another program than the started one, so the request is
/// changed as well.
private struct Altered: StandbySession {
    let jail: any StandbySession
    let boot: BootProgram?

    func take(files: [SourceFile]) -> any SandboxSession {
        AlteredSession(session: jail.take(files: files), boot: boot)
    }

    func close() { jail.close() }
}

private struct AlteredSession: SandboxSession {
    let session: any SandboxSession
    let boot: BootProgram?

    func run(_ stage: StageSpec, io: StageIO) async throws -> StageReport {
        var stage = stage
        stage.arguments = boot?.arguments ?? stage.arguments
        stage.environment = boot?.environment ?? stage.environment
        return try await session.run(stage, io: io)
    }

    func close(then gone: @escaping @Sendable () -> Void) { session.close(then: gone) }
}
