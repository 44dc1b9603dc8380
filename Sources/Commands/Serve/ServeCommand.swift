import API
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

    @OptionGroup var listen: ListenOptions

    @Option(
        help:
            "Executions that run at once; the number of processors by default. [QUICKSAND_JAILS]"
    )
    var jails: Int?

    @Option(
        help:
            "The number of standby jails, which are made ahead of executions; 0 disables them; \(Standard.standby) by default. [QUICKSAND_STANDBY]"
    )
    var standby: Int?

    @Option(
        help:
            "MiB of memory for all standby jails; \(Standard.standbyMemory) by default. [QUICKSAND_STANDBY_MEMORY]"
    )
    var standbyMemory: Int?

    @Option(
        help:
            "Executions that may wait in the queue; \(Standard.queue) by default. [QUICKSAND_QUEUE]"
    )
    var queue: Int?

    @OptionGroup var callbacks: CallbackOptions

    @Option(
        help:
            "Sign-ups per address and UTC day; 0 closes sign-up; \(Standard.signUpsPerDay) by default. [QUICKSAND_SIGN_UPS_PER_DAY]"
    )
    var signUpsPerDay: Int?

    @Option(
        help:
            "Bytes of disk for the compile cache; 0 disables it; \(Standard.compileCacheBytes) by default. [QUICKSAND_COMPILE_CACHE_BYTES]"
    )
    var compileCacheBytes: Int?

    @Option(
        help:
            "Days that ended executions, tasks and their results are kept; 0 keeps all; \(Standard.keepDays) by default. A plan's keep_days counts before it. [QUICKSAND_KEEP_DAYS]"
    )
    var keepDays: Int?

    @Option(
        help:
            "Seconds that running executions get to finish at shutdown; \(Standard.grace) by default. [QUICKSAND_GRACE]"
    )
    var grace: Int?

    @Option(
        help:
            "The log level: debug, info, notice, warning, error; \(Standard.logLevel) by default. [QUICKSAND_LOG_LEVEL]"
    )
    var logLevel: String?

    /// The settings' defaults.
    private enum Standard {
        static let standby = 12
        static let standbyMemory = 256
        static let queue = 256
        static let signUpsPerDay = 10
        static let compileCacheBytes = 256 << 20
        static let keepDays = 30
        static let grace = 30
        static let logLevel = Logger.Level.info
    }

    @OptionGroup var machine: MachineOptions
    @OptionGroup var data: DataOptions

    /// Does all privileged work, then gives up the privileges.
    ///
    /// Runs on the main thread, before another thread can have rights of its own. After its return
    /// no thread of this process is privileged, and only then can the server accept connections.
    func prepare() throws -> Service {
        if Privileges.isRoot { try Privileges.forbidNew() }
        Privileges.raiseOpenFilesLimit()
        let settings = try settings()
        let folder = try data.folder()
        try folder.prepare()
        let lock = try DataFolderLock(folder)
        let catalog = try machine.catalog(
            jails: settings.jails + settings.reserveJails,
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
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let standbyMebibytes = try Setting("standby-memory").number(
            standbyMemory,
            default: Standard.standbyMemory,
            in: 1...1_000_000
        )
        return ServiceSettings(
            http: try listen.configuration(),
            memory: try listen.memory(),
            jails: try Setting("jails").number(jails, default: processors, in: 1...90),
            standby: StandbyBounds(
                jailsMax: try Setting("standby").number(
                    standby,
                    default: Standard.standby,
                    in: 0...64
                ),
                memoryBytesMax: Int64(standbyMebibytes) << 20,
                processors: processors
            ),
            queueCapacity: try Setting("queue").number(
                queue,
                default: Standard.queue,
                in: 1...100_000
            ),
            callbackAllow: try callbacks.allowed(),
            callbackBody: try callbacks.body(),
            signUps: try signUps(),
            compileCacheBytes: try Setting("compile-cache-bytes").number(
                compileCacheBytes,
                default: Standard.compileCacheBytes,
                in: 0...1 << 50
            ),
            keepDays: try Setting("keep-days").number(
                keepDays,
                default: Standard.keepDays,
                in: 0...Holdings.keepDaysMax
            ),
            grace: .seconds(
                try Setting("grace").number(grace, default: Standard.grace, in: 0...86_400)
            ),
            logLevel: try Setting("log-level").value(
                logLevel,
                default: Standard.logLevel,
                expected: "one of debug, info, notice, warning, error",
                read: Logger.Level.init(rawValue:)
            )
        )
    }

    private func signUps() throws -> Accounts.SignUps? {
        let perDay = try Setting("sign-ups-per-day").number(
            signUpsPerDay,
            default: Standard.signUpsPerDay,
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
}
