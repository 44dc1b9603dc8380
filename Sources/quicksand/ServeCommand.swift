import ArgumentParser
import Catalog
import Domain
import Foundation
import Logging
import WardenClient

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves the HTTP API.",
        discussion: """
            Started as root it makes jails through its warden, and gives root up before it opens the database and the port.

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
            "How many jails at once; as many as there are processors by default. [QUICKSAND_JAILS]"
    )
    var jails: Int?

    @Option(help: "How many executions may wait. [QUICKSAND_QUEUE]")
    var queue: Int?

    @Option(
        help:
            "A network whose forwarding headers are believed; repeatable. [QUICKSAND_TRUSTED_PROXIES]"
    )
    var trustedProxies: [String] = []

    @Option(
        help:
            "A network that callbacks may reach though it is not public; repeatable. [QUICKSAND_CALLBACK_ALLOW]"
    )
    var callbackAllow: [String] = []

    @Flag(help: "Accept ?apiKey= as a credential.")
    var allowQueryKey = false

    @Option(help: "Seconds that running executions get to finish when the service is told to stop.")
    var grace = 30

    @Option(help: "How much is logged: debug, info, notice, warning, error.")
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
        let catalog = try machine.catalog(jails: settings.jails)
        let folder = try data.folder()
        let session = try machine.startWarden(catalog)
        try folder.prepare()
        if Privileges.isRoot { try Privileges.become(uid: folder.owner.uid, gid: folder.owner.gid) }
        return Service(settings, catalog, session, store: try folder.openStore())
    }

    func run() async throws { try await Stop.report { try await prepare().run() } }

    private func settings() throws -> ServiceSettings {
        guard let level = Logger.Level(rawValue: logLevel) else {
            throw Stop(2, "--log-level: '\(logLevel)' is not a level")
        }
        let processors = ProcessInfo.processInfo.activeProcessorCount
        return ServiceSettings(
            host: Setting.text(host, "HOST") ?? "127.0.0.1",
            port: try Setting.number(port, "PORT", default: 8_080, in: 0...65_535),
            jails: try Setting.number(jails, "JAILS", default: processors, in: 1...120),
            queueCapacity: try Setting.number(queue, "QUEUE", default: 256, in: 1...100_000),
            trustedProxies: try networks(trustedProxies, "TRUSTED_PROXIES"),
            callbackAllow: try networks(callbackAllow, "CALLBACK_ALLOW"),
            allowsQueryKey: allowQueryKey,
            grace: .seconds(max(0, grace)),
            logLevel: level
        )
    }

    private func networks(_ flags: [String], _ variable: String) throws -> [CIDR] {
        try Setting.list(flags, variable).map { text in
            guard let network = CIDR(text) else {
                throw Stop(
                    2,
                    "QUICKSAND_\(variable): '\(text)' is not a network such as 10.0.0.0/8"
                )
            }
            return network
        }
    }
}

/// What `serve` was told, checked.
struct ServiceSettings: Sendable {
    let host: String
    let port: Int
    let jails: Int
    let queueCapacity: Int
    let trustedProxies: [CIDR]
    let callbackAllow: [CIDR]
    let allowsQueryKey: Bool
    let grace: Duration
    let logLevel: Logger.Level
}
