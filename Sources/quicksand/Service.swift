import API
import Catalog
import Courier
import Domain
import Foundation
import Hummingbird
import Identity
import Logging
import NIOCore
import SQLiteStore
import Scheduler
import ServiceLifecycle
import Synchronization
import UnixSignals
import WardenClient

/// The running service: every part made and joined, and its end.
///
/// On SIGTERM or SIGINT the parts stop in the reverse of their order here: first the scheduler
/// takes no new work and lets running executions finish, then the port closes, then the courier
/// leaves what it has not delivered in the store.
struct Service: Sendable {
    private let settings: ServiceSettings
    private let session: WardenSession
    private let store: SQLiteStore
    private let logger: Logger
    private let scheduler: Scheduler
    private let courier: Courier
    private let catalog: Catalog
    private let isDraining = Flag()

    init(
        _ settings: ServiceSettings,
        _ catalog: Catalog,
        _ session: WardenSession,
        store: SQLiteStore
    ) {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "quicksand")
        logger.logLevel = settings.logLevel
        let courier = Courier(
            store: store,
            policy: AddressPolicy(allowing: settings.callbackAllow),
            clock: .system,
            logger: logger,
            userAgent: "quicksand/" + Quicksand.version,
            candidateSecret: WebhookSecret.make
        )
        scheduler = Scheduler(
            sandbox: session,
            runtimes: catalog.runtimes,
            store: store,
            slots: settings.jails,
            queueCapacity: settings.queueCapacity,
            clock: .system,
            logger: logger,
            callbackBody: { callbackBody($0) },
            deliveriesSaved: { courier.wake() }
        )
        self.settings = settings
        self.catalog = catalog
        self.session = session
        self.store = store
        self.logger = logger
        self.courier = courier
    }

    /// Serves until it is told to stop.
    /// - Throws: ``Stop`` where the warden ended by itself, so that whoever watches this process
    ///    starts it again.
    func run() async throws {
        let services: [any ServiceLifecycle.Service] = [
            Part { [courier] in try await cancelWhenGracefulShutdown { try await courier.run() } },
            application(),
            Part { [session, isDraining] in
                await cancelWhenGracefulShutdown { for await _ in session.ending {} }
                if !isDraining.isSet {
                    throw Stop(1, "the warden has ended; start the service again")
                }
            },
            Part { [scheduler, settings, isDraining] in
                try? await gracefulShutdown()
                isDraining.set()
                await scheduler.drain(grace: settings.grace)
            },
        ]
        for missing in catalog.runtimes.missing {
            logger.notice(
                "runtime missing",
                metadata: ["runtime": "\(missing.name)", "install": "\(missing.installLine)"]
            )
        }
        try await scheduler.recover()
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
            session.shutDown()
        }
        do {
            try await group.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw Stop(1, "another program listens on \(settings.host):\(settings.port) already")
        } catch let error as IOError {
            throw Stop(1, "cannot listen on \(settings.host):\(settings.port): \(error)")
        }
    }

    /// The lifecycle's own messages are for debugging it.
    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }

    private func application() -> some ApplicationProtocol {
        let logger = logger
        let settings = settings
        return makeApplication(
            APIConfiguration(
                host: settings.host,
                port: settings.port,
                trustedProxies: settings.trustedProxies,
                allowsQueryKey: settings.allowsQueryKey,
                version: Quicksand.version
            ),
            APIDependencies(
                executions: scheduler,
                store: store,
                runtimes: catalog.runtimes,
                plans: catalog.plans,
                readiness: readiness,
                metrics: metrics,
                wakeCourier: { [courier] in courier.wake() }
            ),
            logger: logger,
            onListening: { port in
                logger.notice("listening", metadata: ["address": "http://\(settings.host):\(port)"])
            }
        )
    }

    private var readiness: APIDependencies.Readiness {
        { [isDraining, session, store] in
            if isDraining.isSet { return "draining" }
            if !session.isAvailable { return "the warden is down" }
            do {
                try await store.ping()
                return nil
            } catch {
                return "the store is down"
            }
        }
    }

    private var metrics: @Sendable () async -> [Metric] {
        { [scheduler] in
            let load = scheduler.load()
            return [
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
            ]
        }
    }
}

/// A function as a service.
private struct Part: ServiceLifecycle.Service {
    let body: @Sendable () async throws -> Void

    func run() async throws { try await body() }
}

/// Set once.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}
