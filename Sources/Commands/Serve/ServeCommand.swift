import ArgumentParser
import Catalog
import Domain
import Foundation
import Identity
import Logging
import Runner
import WardenClient

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the HTTP API.",
        discussion: """
            Started as root, the server starts its warden and gives up root before it opens the database and the port.
            A caller with the secret in DISPATCHER_API_KEY (16 characters or more) manages the tasks of every organization.

            Examples:
              quicksand serve
              quicksand serve --host 0.0.0.0 --trusted-proxies 10.0.0.0/8
              QUICKSAND_DATA=/srv/quicksand quicksand serve --callback-allow 192.168.7.0/24
            """
    )

    @Option(help: "The address to listen on. [QUICKSAND_HOST]")
    var host: String?

    @Option(help: "The port, 1024 or above; 0 has the system choose one. [QUICKSAND_PORT]")
    var port: Int?

    @Option(
        help:
            "Executions that run at once; by default the number of processors. [QUICKSAND_JAILS]"
    )
    var jails: Int?

    @Option(
        help:
            "Standby jails, made ahead of their executions; 0 is none. [QUICKSAND_STANDBY]"
    )
    var standby: Int?

    @Option(
        help:
            "MiB of memory for all standby jails. [QUICKSAND_STANDBY_MEMORY]"
    )
    var standbyMemory: Int?

    @Option(help: "Executions that may wait in the queue. [QUICKSAND_QUEUE]")
    var queue: Int?

    @Option(
        help:
            "A proxy network whose X-Forwarded-For counts; repeatable. [QUICKSAND_TRUSTED_PROXIES]"
    )
    var trustedProxies: [String] = []

    @Option(
        help:
            "A network that callbacks may reach beside public addresses; repeatable. [QUICKSAND_CALLBACK_ALLOW]"
    )
    var callbackAllow: [String] = []

    @Flag(help: "Accept ?apiKey= as a credential.")
    var allowQueryKey = false

    @Option(
        help:
            "Sign-ups per address and UTC day; 0 closes sign-up. [QUICKSAND_SIGN_UPS_PER_DAY]"
    )
    var signUpsPerDay: Int?

    @Option(
        help:
            "Bytes of disk for the compile cache; 0 disables it. [QUICKSAND_COMPILE_CACHE_BYTES]"
    )
    var compileCacheBytes: Int?

    @Option(
        help:
            "Days that ended executions, tasks and their results are kept; 0 keeps all. A plan's keep_days counts before it. [QUICKSAND_KEEP_DAYS]"
    )
    var keepDays: Int?

    @Option(help: "Seconds that running executions get to finish at shutdown.")
    var grace = 30

    @Option(help: "The log level: debug, info, notice, warning, error.")
    var logLevel = "info"

    @OptionGroup var machine: MachineOptions
    @OptionGroup var data: DataOptions

    /// Everything that needs privilege, and the end of it.
    ///
    /// Runs on the main thread, before any other can have rights of its own: from its return on
    /// nothing of this process is privileged, and only then a stranger can be heard.
    func prepare() throws -> Service {
        if Privileges.isRoot { try Privileges.forbidNew() }
        Privileges.raiseOpenFilesLimit()
        let settings = try settings()
        let folder = try data.folder()
        try folder.prepare()
        let lock = try DataFolderLock(folder)
        let catalog = try machine.catalog(
            jails: settings.jails,
            standby: settings.standby.jailsMax
        )
        let wardens = try machine.linkWardens(catalog)
        if Privileges.isRoot { try Privileges.become(uid: folder.owner.uid, gid: folder.owner.gid) }
        let store = try folder.openStore { unreadable in
            Logger(label: "quicksand").error(
                "unreadable work given up",
                metadata: ["record": "\(unreadable.id)", "reason": "\(unreadable.reason)"]
            )
        }
        let compileCache = try folder.openCompileCache(bytesMax: settings.compileCacheBytes)
        return Service(settings, catalog, wardens, lock, store: store, compileCache: compileCache)
    }

    func run() async throws { try await CommandError.report { try await prepare().run() } }

    private func settings() throws -> ServiceSettings {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw CommandError(2, "--log-level: '\(logLevel)' is not a level")
        }
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let standbyMebibytes = try Setting.number(
            standbyMemory,
            "STANDBY_MEMORY",
            default: 256,
            in: 1...1_000_000
        )
        return ServiceSettings(
            host: Setting.text(host, "HOST") ?? "127.0.0.1",
            port: try Setting.number(port, "PORT", default: 8_080, in: 0...65_535),
            jails: try Setting.number(jails, "JAILS", default: processors, in: 1...90),
            standby: StandbyBounds(
                jailsMax: try Setting.number(standby, "STANDBY", default: 12, in: 0...64),
                memoryBytesMax: Int64(standbyMebibytes) << 20,
                processors: processors
            ),
            queueCapacity: try Setting.number(queue, "QUEUE", default: 256, in: 1...100_000),
            trustedProxies: try networks(trustedProxies, "TRUSTED_PROXIES"),
            callbackAllow: try networks(callbackAllow, "CALLBACK_ALLOW"),
            allowsQueryKey: allowQueryKey,
            signUps: try signUps(),
            dispatcherSecret: try Setting.dispatcherSecret(),
            compileCacheBytes: try Setting.number(
                compileCacheBytes,
                "COMPILE_CACHE_BYTES",
                default: 256 << 20,
                in: 0...1 << 50
            ),
            keepDays: try Setting.number(
                keepDays,
                "KEEP_DAYS",
                default: 30,
                in: 0...Holdings.keepDaysMax
            ),
            grace: .seconds(max(0, grace)),
            logLevel: level
        )
    }

    private func signUps() throws -> Accounts.SignUps? {
        let perDay = try Setting.number(
            signUpsPerDay,
            "SIGN_UPS_PER_DAY",
            default: 10,
            in: 0...1_000_000
        )
        guard perDay > 0 else { return nil }
        guard try machine.plans()[Accounts.plan] != nil else {
            throw CommandError(
                2,
                "limits.json: sign-up needs the plan \(Accounts.plan); "
                    + "add one, or start with --sign-ups-per-day 0"
            )
        }
        guard let rules = PasswordRules() else {
            throw CommandError(
                2,
                "the password dictionary \(PasswordRules.standardDictionary) is "
                    + "missing; apt-get install cracklib-runtime, or start with --sign-ups-per-day 0"
            )
        }
        return Accounts.SignUps(rules: rules, perDay: perDay)
    }

    private func networks(_ flags: [String], _ variable: String) throws -> [CIDR] {
        try Setting.list(flags, variable).map { text in
            guard let network = CIDR(text) else {
                throw CommandError(
                    2,
                    "QUICKSAND_\(variable): '\(text)' is not a network such as 10.0.0.0/8"
                )
            }
            return network
        }
    }
}

/// The settings of `serve`, checked.
struct ServiceSettings: Sendable {
    let host: String
    let port: Int
    let jails: Int
    let standby: StandbyBounds
    let queueCapacity: Int
    let trustedProxies: [CIDR]
    let callbackAllow: [CIDR]
    let allowsQueryKey: Bool
    let signUps: Accounts.SignUps?
    let dispatcherSecret: DispatcherSecret?
    let compileCacheBytes: Int
    let keepDays: Int
    let grace: Duration
    let logLevel: Logger.Level
}
