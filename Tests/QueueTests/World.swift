import Domain
import Foundation
import Logging
import TestSupport

@testable import Queue

/// A queue with fakes for everything around it.
///
/// Jails wait at the gate of their name unless a test says otherwise.
struct World: Sendable {
    let journal: Journal
    let gates = Gates()
    let clock = ManualClock()
    let store: MemoryStore
    let sandbox: FakeSandbox
    let queue: ExecutionQueue

    /// Creates the world; the `store` of an earlier one shows the effect of a restart.
    ///
    /// A pause is recorded and ends at once unless `pause` says otherwise.
    init(
        slots: Int = 1,
        queueCapacity: Int = 16,
        store: MemoryStore? = nil,
        journal: Journal = Journal(),
        runtimes: [Runtime] = [.python, .cLanguage],
        script: FakeSandbox.Script? = nil,
        opening: @escaping @Sendable (JailSpec) throws -> Void = { _ in },
        compileCache: (any CompileCache)? = nil,
        pause: (@Sendable (Duration) async throws -> Void)? = nil
    ) {
        self.journal = journal
        self.store = store ?? MemoryStore(journal: journal)
        let gates = gates
        sandbox = FakeSandbox(
            journal: journal,
            script: { jail, stage, spec, io in
                if let script { return try await script(jail, stage, spec, io) }
                try await gates.pass(jail)
                return .exited(0)
            },
            opening: opening
        )
        queue = ExecutionQueue(
            provider: sandbox,
            runtimes: Runtimes(installed: runtimes, missing: []),
            store: self.store,
            compileCache: compileCache,
            slots: slots,
            queueCapacity: queueCapacity,
            clock: clock.wallClock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            callbackBody: { Data("body of \($0.id): \($0.status.rawValue)".utf8) },
            deliveriesSaved: { journal.record(.deliveriesSaved) },
            pause: pause ?? { journal.record(.paused($0)) }
        )
    }

    @discardableResult
    func submit(
        _ name: String,
        from caller: Caller = .pro,
        durability: Durability = .result,
        _ change: (inout ExecutionRequest) -> Void = { _ in }
    ) async throws -> any Submission {
        var request = ExecutionRequest.named(name)
        change(&request)
        return try await queue.submit(request, from: caller, id: name, durability: durability)
    }

    /// Returns when the execution has left the queue, with or without a result.
    func waitForEnd(_ id: String) async {
        guard let events = await queue.events(of: id, organization: "pro", from: 1) else { return }
        do { for try await _ in events {} } catch {}
    }

    /// The events that do not concern jails.
    var records: [Journal.Event] {
        journal.events.filter {
            switch $0 {
            case .opened, .ran, .closed, .begun: false
            default: true
            }
        }
    }
}

extension Execution {
    /// Returns an execution of the organization `pro`, as the store has it.
    ///
    /// - Parameter name: the name of its request and so of its jail; the identifier where it is
    ///   `nil`.
    static func sample(
        _ id: String,
        named name: String? = nil,
        createdAt: Date,
        state: State = .queued
    ) -> Execution {
        Execution(
            id: id,
            owner: .organization("pro"),
            request: .named(name ?? id),
            createdAt: createdAt,
            state: state
        )
    }
}

extension Caller {
    /// An organization with a daily quota and no other limit.
    static let pro = organization("pro")

    static func organization(
        _ name: String,
        perDay: Int? = 1_000,
        concurrent: Int? = nil
    )
        -> Caller
    {
        Caller(
            owner: .organization(name),
            plan: .test(
                Rates(perSecond: nil, perMinute: nil, perDay: perDay, concurrent: concurrent)
            ),
            scopes: [],
            credential: .key(id: "key_1")
        )
    }

    static func stranger(_ address: String, rates: Rates) -> Caller {
        Caller(owner: .address(address), plan: .test(rates), scopes: [], credential: .none)
    }
}

extension Plan {
    static func test(
        _ rates: Rates,
        name: String = "test",
        queuePercent: Int = 100
    ) -> Plan {
        Plan(
            name: name,
            rates: rates,
            queuePercent: queuePercent,
            defaults: Limits { _ in 1_000 },
            ceilings: Limits { _ in 10_000 }
        )
    }
}
