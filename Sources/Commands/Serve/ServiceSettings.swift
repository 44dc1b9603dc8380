import API
import Domain
import Identity
import Logging
import Runner

/// The settings of `serve`, checked.
struct ServiceSettings: Sendable {
    let http: APIConfiguration
    let jails: Int
    let standby: StandbyBounds
    let queueCapacity: Int
    let callbackAllow: [CIDR]
    let signUps: Accounts.SignUps?
    let compileCacheBytes: Int
    let keepDays: Int
    let grace: Duration
    let logLevel: Logger.Level
}
