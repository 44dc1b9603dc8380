import Domain
import Synchronization
import WardenClient

/// The real jails, and word of when one has come to stand by.
final class WatchedSandbox: StandbySandbox {
    private let session: WardenSession
    private let altering: @Sendable (inout StandbyOrder) -> Void
    private let report: AsyncStream<StandbyChange>.Continuation
    private let prepared = Mutex<[StandbyOrder]>([])
    /// What became of each jail that was made ahead, in order.
    let changes: AsyncStream<StandbyChange>

    /// - Parameter altering: makes jails that stand by other than they should be, so that something
    ///    is there to be found.
    init(_ session: WardenSession, altering: @escaping @Sendable (inout StandbyOrder) -> Void) {
        self.session = session
        self.altering = altering
        (changes, report) = AsyncStream.makeStream()
    }

    /// The orders for jails that were made ahead.
    var orders: [StandbyOrder] { prepared.withLock { $0 } }

    func open(_ order: JailOrder) async throws -> any Jail { try await session.open(order) }

    func prepare(
        _ order: StandbyOrder,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbyJail {
        prepared.withLock { $0.append(order) }
        var altered = order
        altering(&altered)
        do {
            let jail = try session.prepare(altered) { [report] change in
                changed(change)
                report.yield(change)
            }
            // Nothing starts in it, so nothing is said of it.
            if order.boot == nil { report.yield(.ready(milliseconds: 0, memoryBytes: 0)) }
            return altered.boot == order.boot ? jail : Altered(jail: jail, boot: altered.boot)
        } catch {
            report.yield(.gone)
            throw error
        }
    }
}

/// A jail in which another program was started than is asked for.
///
/// The warden ends who resumes another program than was started, so what is asked for is changed
/// as well.
private struct Altered: StandbyJail {
    let jail: any StandbyJail
    let boot: BootProgram?

    func take(files: [SourceFile]) -> any Jail {
        AlteredJail(jail: jail.take(files: files), boot: boot)
    }

    func close() { jail.close() }
}

private struct AlteredJail: Jail {
    let jail: any Jail
    let boot: BootProgram?

    func run(_ stage: StageOrder) async throws -> StageReport {
        var stage = stage
        stage.arguments = boot?.arguments ?? stage.arguments
        stage.environment = boot?.environment ?? stage.environment
        return try await jail.run(stage)
    }

    func close(then gone: @escaping @Sendable () -> Void) { jail.close(then: gone) }
}
