import Domain
import Testing
import WardenUnderTest

/// The tests run one after another: each depends on which jails stand by.
@Suite(
    .serialized,
    .enabled(if: Checkout.isRoot, "jails can be made by root only: run as root"),
    .withWarden
)
enum StandbyTests {}

extension WardenFixture {
    /// Returns a plan with the limits of most callers who send several files.
    func plan() throws -> Plan { try plan("free") }

    /// - Returns: the reasons why the program could tell a standby jail from a new one.
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
