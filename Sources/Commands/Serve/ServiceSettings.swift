import API
import Domain
import Identity
import Logging
import Runner

/// The settings of `serve`, checked.
struct ServiceSettings: Sendable {
    let http: APIConfiguration
    let memory: MemoryBudgets
    let jails: Int
    let standby: StandbyBounds
    let queueCapacity: Int
    let callbackAllow: [CIDR]
    let callbackBody: CallbackBody
    let signUps: Accounts.SignUps?
    let compileCacheBytes: Int
    let keepDays: Int
    let grace: Duration
    let logLevel: Logger.Level

    /// The jails beyond `jails`, for callers with none running.
    var reserveJails: Int { max(2, jails / 2) }
}
