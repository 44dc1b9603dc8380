import API
import Catalog
import Courier
import Domain
import FolderCache
import Foundation
import Hummingbird
import Identity
import Logging
import NIOCore
import Queue
import Retention
import Runner
import SQLiteStore
import ServiceLifecycle
import UnixSignals
import WardenClient
import WardenProtocol

/// The running service: makes and joins its parts, starts them and stops them.
///
/// The parts start in order. The service takes up, dispatches, delivers and deletes nothing before
/// the port is bound, so a start with a taken port changes nothing. Connections wait, and the
/// service reads no request, until the work that an earlier process accepted is in the queue again.
///
/// On SIGTERM or SIGINT the parts stop in the reverse of their order here. First the queue takes no
/// new work and lets running executions finish. Then the port closes. Then the dispatcher writes
/// the outcomes of its tasks. Then the courier leaves its undelivered messages in the store.
struct Service: Sendable {
    private let settings: ServiceSettings
    private let wardens: WardenLink
    private let folderLock: DataFolderLock
    private let store: SQLiteStore
    private let compileCache: FolderCache?
    private let logger: Logger
    private let standby: StandbyPool
    private let queue: ExecutionQueue
    private let dispatcher: TaskDispatch
    private let courier: Courier
    private let retention: Retention
    private let accounts: Accounts
    private let httpState: HTTPServerState
    private let catalog: Catalog
    /// Opens once the port is bound.
    private let port = Gate()
    /// Opens once the work that an earlier process accepted is in the queue again.
    private let recovery = Gate()
    /// Opens once the service takes no new work.
    private let draining = Gate()

    init(
        _ settings: ServiceSettings,
        _ catalog: Catalog,
        _ wardens: WardenLink,
        _ folderLock: DataFolderLock,
        store: SQLiteStore,
        compileCache: FolderCache?
    ) {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "quicksand")
        logger.logLevel = settings.logLevel
        let courier = Courier(
            store: store,
            policy: AddressPolicy(allowing: settings.callbackAllow, isOwn: OwnAddress.contains),
            clock: .system,
            logger: logger,
            userAgent: "quicksand/" + Release.version,
            candidateSecret: WebhookSecret.make
        )
        standby = StandbyPool(wardens, bounds: settings.standby, clock: .system, logger: logger)
        queue = ExecutionQueue(
            provider: standby,
            runtimes: catalog.runtimes,
            store: store,
            compileCache: compileCache,
            slots: settings.jails,
            reserveSlots: settings.reserveJails,
            queueCapacity: settings.queueCapacity,
            answers: settings.memory.answers,
            clock: .system,
            logger: logger,
            callbackBody: { settings.callbackBody.of($0) },
            deliveriesSaved: { courier.wake() }
        )
        dispatcher = TaskDispatch(
            executions: queue,
            store: store,
            tasksMax: settings.jails,
            plan: { organization in
                let known = try await store.organization(id: organization)
                return known.flatMap { catalog.plans[$0.plan] }
            },
            clock: .system,
            logger: logger,
            callbackBody: { settings.callbackBody.of($0) },
            deliveriesSaved: { courier.wake() }
        )
        retention = Retention(
            store: store,
            terms: Retention.Terms(standardDays: settings.keepDays, plans: catalog.plans),
            clock: .system,
            logger: logger
        )
        accounts = Accounts(store: store, signUps: settings.signUps, clock: .system)
        httpState = HTTPServerState(settings.http)
        self.settings = settings
        self.catalog = catalog
        self.wardens = wardens
        self.folderLock = folderLock
        self.store = store
        self.compileCache = compileCache
        self.logger = logger
        self.courier = courier
    }

    /// Serves until a signal stops the service.
    /// - Throws: ``CommandError`` if the warden's monitor ended by itself, so that the supervisor
    ///    restarts this process.
    func run() async throws {
        let services: [any ServiceLifecycle.Service] =
            monitor + [
                Part { await cancelWhenGracefulShutdown { await retain() } },
                Part { try await cancelWhenGracefulShutdown { try await deliver() } },
                Part { await cancelWhenGracefulShutdown { await dispatch() } },
                application(),
                Part { [draining] in
                    await cancelWhenGracefulShutdown { await watchWardens() }
                    if !draining.isOpen {
                        throw CommandError(
                            1,
                            "the warden's monitor has ended; start the service again"
                        )
                    }
                },
                Part { try await schedule() },
            ]
        tellOperator()
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    .init(
                        service: $0,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup
                    )
                },
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: quiet
            )
        )
        defer {
            try? store.close()
            wardens.shutDown()
        }
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw CommandError(1, "another program already listens on \(listenAddresses)")
        } catch let error as IOError {
            throw CommandError(1, "cannot listen on \(listenAddresses): \(error)")
        }
    }

    private var listenAddresses: String {
        let first = "\(settings.http.host):\(settings.http.port)"
        return settings.http.healthAddress.map { "\(first) or \($0)" } ?? first
    }

    private func retain() async {
        if await recovery.wait() { await retention.run() }
    }

    private func deliver() async throws {
        if await recovery.wait() { try await courier.run() }
    }

    private func dispatch() async {
        if await recovery.wait() { await dispatcher.run() }
    }

    /// Runs the queue: recovers accepted work, executes it, and drains.
    private func schedule() async throws {
        let lease = Task { [queue] in await queue.keepLease() }
        defer { lease.cancel() }
        // If the port cannot be bound, the group shuts down and this wait ends.
        if await cancelWhenGracefulShutdown({ await port.wait() }) {
            try await queue.recover()
            recovery.open()
            let takingUp = Task { [queue] in await queue.takeUpLost() }
            try? await gracefulShutdown()
            takingUp.cancel()
        }
        draining.open()
        standby.close()
        await queue.drain(grace: settings.grace)
        await compileCache?.settle()
    }

    /// Runs when the port is bound; the application reads requests after its return.
    private func begin(_ boundPort: Int) async {
        let address = "http://\(settings.http.host):\(boundPort)"
        folderLock.announce(address)
        port.open()
        guard await cancelWhenGracefulShutdown({ await recovery.wait() }) else { return }
        logger.notice("listening", metadata: ["address": "\(address)"])
    }

    /// Logs missing and slower runtimes, weaker primitives, and the data of an earlier process.
    private func tellOperator() {
        for missing in catalog.runtimes.missing {
            logger.notice(
                "runtime missing",
                metadata: ["runtime": "\(missing.name)", "install": "\(missing.installLine)"]
            )
        }
        for slower in catalog.slower {
            logger.notice(
                "runtime slower than it could be",
                metadata: ["runtime": "\(slower.name)", "reason": "\(slower.reason)"]
            )
        }
        for weaker in wardens.primitives where weaker.isWeaker {
            logger.warning(
                "jails are weaker here",
                metadata: ["in": "\(weaker.name)", "how": "\(weaker.detail)"]
            )
        }
        if let reason = store.reasonNotToShrink {
            logger.warning(
                "database file does not shrink; the next start tries again",
                metadata: ["error": "\(reason)"]
            )
        }
        if let figures = compileCache?.figures {
            logger.notice(
                "compiled programs kept",
                metadata: [
                    "programs": "\(figures.programs)", "bytes": "\(figures.bytes)",
                    "most": "\(settings.compileCacheBytes)",
                ]
            )
        }
    }

    /// Logs the events of wardens until the monitor ends.
    ///
    /// A warden's end is only logged, because the monitor replaces the warden.
    private func watchWardens() async {
        for await event in wardens.events {
            switch event {
            case .ready(let process):
                logger.notice("warden ready", metadata: ["process": "\(process)"])
            case .ended(let process):
                guard !draining.isOpen else { continue }
                logger.error("warden ended", metadata: ["process": "\(process)"])
            case .failed(let error):
                logger.error("warden not started", metadata: ["error": "\(error)"])
            }
        }
    }

    /// A logger without the lifecycle's own messages, which are for debugging it.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }

    private func application() -> some ApplicationProtocol {
        makeApplication(
            settings.http,
            dependencies,
            httpState,
            logger: logger,
            onListening: { await begin($0) }
        )
    }

    /// The second port, if the operator wants one.
    private var monitor: [any ServiceLifecycle.Service] {
        guard let address = settings.http.healthAddress else { return [] }
        return [
            makeMonitorApplication(
                at: address,
                settings.http,
                dependencies,
                httpState,
                logger: logger,
                onListening: { [logger] port in
                    var bound = address
                    bound.port = port
                    let address = "http://\(bound)"
                    logger.notice("listening for monitors", metadata: ["address": "\(address)"])
                }
            )
        ]
    }

    private var dependencies: APIDependencies {
        APIDependencies(
            executions: queue,
            tasks: dispatcher,
            store: store,
            accounts: accounts,
            runtimes: catalog.runtimes,
            plans: catalog.plans,
            memory: settings.memory,
            readiness: readiness,
            metrics: metrics,
            wakeCourier: { [courier] in courier.wake() }
        )
    }

    private var readiness: APIDependencies.Readiness {
        { [draining, recovery, wardens, store] in
            if draining.isOpen { return "draining" }
            if !recovery.isOpen { return "starting" }
            if !wardens.isAvailable { return "the warden is down" }
            do {
                try await store.ping()
                return nil
            } catch {
                return "the store is down"
            }
        }
    }

    private var metrics: @Sendable () async -> [Metric] {
        { [queue, store, standby, compileCache, retention] in
            let load = queue.load
            // If the store fails, the other figures are still useful.
            let tasks = (try? await store.taskCounts()) ?? [:]
            let own = [
                Metric(
                    name: "quicksand_executions_queued",
                    help: "Executions waiting for a jail.",
                    kind: .gauge,
                    samples: [.init(value: Double(load.queued))]
                ),
                Metric(
                    name: "quicksand_executions_running",
                    help: "Executions in a jail.",
                    kind: .gauge,
                    samples: [.init(value: Double(load.running))]
                ),
                Metric(
                    name: "quicksand_tasks",
                    help: "Agent tasks that have not ended, by status.",
                    kind: .gauge,
                    samples: AgentTask.Status.allCases.compactMap { status in
                        tasks[status].map {
                            .init(labels: [("status", status.rawValue)], value: Double($0))
                        }
                    }
                ),
            ]
            let deleted = Metric(
                name: "quicksand_records_deleted_total",
                help: "Records deleted after their retention time, by kind.",
                kind: .counter,
                samples: retention.figures.map {
                    .init(labels: [("kind", $0.kind)], value: Double($0.deleted))
                }
            )
            return own + [deleted] + standby.figures.metrics + (compileCache?.figures.metrics ?? [])
        }
    }
}

/// A service made of a function.
private struct Part: ServiceLifecycle.Service {
    let body: @Sendable () async throws -> Void

    func run() async throws { try await body() }
}
