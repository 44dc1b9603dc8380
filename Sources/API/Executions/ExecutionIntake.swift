import Domain
import Foundation
import HTTPTypes
import Hummingbird
import JSON

/// Accepts executions: reads the request, submits it once, and finds its outcome.
struct ExecutionIntake: Sendable {
    let service: any ExecutionService
    let store: any Store
    let runtimes: Runtimes
    let clock: WallClock
    let idempotency: Idempotency

    /// A caller's request for an execution, completely read and checked.
    struct Order: Sendable {
        let request: ExecutionRequest
        let caller: Caller
        /// The caller's organization; `nil` for an anonymous caller, whose execution is not kept
        /// after its end.
        let organization: String?
        let preferences: Preferences
        let idempotencyKey: String?
        let fingerprint: Data
        /// The memory of the request.
        let memory: MemoryLease?

        /// Whether the caller learns of the end in another way than by this answer.
        var isAsync: Bool {
            preferences.respondsAsync || preferences.waitSeconds != nil
                || request.callbackURL != nil
        }

        /// The durability of the execution: if its caller may ask for it later, it must survive the
        /// death of this process.
        var durability: Durability {
            guard organization != nil else { return .nothing }
            return isAsync || idempotencyKey != nil ? .accepted : .result
        }
    }

    enum Acceptance: Sendable {
        case submitted(any Submission)
        /// An earlier request with the same key was accepted as this execution.
        case replayed(id: String, organization: String)

        var id: String {
            switch self {
            case .submitted(let submission): submission.execution.id
            case .replayed(let id, _): id
            }
        }
    }

    /// - Parameter project: the id of the project that supplies the fields that the request leaves
    ///   out.
    /// - Throws: also ``ProjectGone``.
    func order(
        _ request: Request,
        _ context: APIContext,
        from caller: Caller,
        over project: String? = nil
    ) async throws -> Order {
        guard let organization = caller.organization else { throw APIError.unauthorized }
        let key = try Idempotency.key(request.headers)
        let content = try await BodyReader.read(
            request,
            context,
            plan: caller.plan,
            mayBeEmpty: project != nil
        )
        var reader = ExecutionReader(runtimes: runtimes, plan: caller.plan)
        if let project {
            let bytes = try await store.projectBytes(id: project, organization: organization)
            try await context.memory.takeSources(bytes, for: context.owner)
            reader.base = try await store.projectSources(id: project, organization: organization)
        }
        let execution = try reader.execution(content.value)
        return Order(
            request: execution,
            caller: caller,
            organization: organization,
            preferences: Preferences(request.headers),
            idempotencyKey: key,
            fingerprint: project.map(content.fingerprint(about:)) ?? content.fingerprint,
            memory: context.memory.keepOfRequest(execution.bytes)
        )
    }

    /// Reads the request of an anonymous caller, which cannot set preferences or an idempotency
    /// key.
    func trial(
        _ request: Request,
        _ context: APIContext,
        from caller: Caller
    ) async throws -> Order {
        let content = try await BodyReader.read(request, context, plan: caller.plan)
        let reader = ExecutionReader(runtimes: runtimes, plan: caller.plan)
        let execution = try reader.trial(content.value)
        return Order(
            request: execution,
            caller: caller,
            organization: nil,
            preferences: Preferences([:]),
            idempotencyKey: nil,
            fingerprint: content.fingerprint,
            memory: context.memory.keepOfRequest(execution.bytes)
        )
    }

    func accept(_ order: Order) async throws -> Acceptance {
        let now = clock.now()
        let id = Identifier.make(prefix: "exe_", at: now)
        guard let key = order.idempotencyKey, let organization = order.organization else {
            return try await submit(order, id: id)
        }
        return try await idempotency.holding(
            key,
            organization: organization,
            fingerprint: order.fingerprint,
            candidate: id,
            now: now,
            // The scheduler is asked as well: it may still have an execution that the store deleted
            // with its project, and that execution must not be submitted again before it ends.
            isKept: { try await isKnown(id: $0, organization: organization) },
            submit: { outcome in
                switch outcome {
                case .submit(let id): try await submit(order, id: id)
                case .replay(let id): .replayed(id: id, organization: organization)
                }
            }
        )
    }

    private func submit(_ order: Order, id: String) async throws -> Acceptance {
        do {
            return .submitted(
                try await service.submit(
                    order.request,
                    from: order.caller,
                    id: id,
                    durability: order.durability,
                    memory: order.memory
                )
            )
        } catch let refusal as SubmissionRefusal {
            throw RateHeaders.error(refusal, now: clock.now())
        }
    }

    /// Answers 200 with the execution as it ended.
    func answer(
        _ order: Order,
        _ acceptance: Acceptance,
        _ context: APIContext
    ) async throws -> Response {
        let execution = try await context.untilDisconnect {
            try await end(of: acceptance, context)
        }
        context.memory.countResult(execution.result?.bytes ?? 0, of: context.owner)
        if case .faulted = execution.state { throw ExecutionFaulted(id: execution.id) }
        return Responses.data(
            ExecutionPayload(execution).json,
            headers: try await headers(order, acceptance)
        )
    }

    /// Waits for the end of the execution.
    ///
    /// A replayed execution is not cancelled when its caller hangs up.
    private func end(of acceptance: Acceptance, _ context: APIContext) async throws -> Execution {
        switch acceptance {
        case .submitted(let submission): try await submission.finished()
        case .replayed(let id, let organization):
            try await end(of: id, organization: organization, context)
        }
    }

    private func end(
        of id: String,
        organization: String,
        _ context: APIContext
    ) async throws -> Execution {
        while await service.current(id: id, organization: organization) != nil {
            try Task.checkCancellation()
            await service.wait(
                id: id,
                organization: organization,
                upTo: .seconds(Preferences.waitSecondsMax)
            )
        }
        guard let execution = try await latest(id: id, organization: organization, context) else {
            throw APIError.notFound("execution")  // deleted with its project meanwhile
        }
        // The service is stopping, and the execution waits on disk for the next start.
        guard execution.isFinished else {
            throw RateHeaders.error(SubmissionRefusal.draining, now: clock.now())
        }
        return execution
    }

    /// Returns the execution as it is now: from the scheduler if it is queued or running, else from
    /// the store.
    func latest(
        id: String,
        organization: String,
        _ context: APIContext
    ) async throws -> Execution? {
        if let current = await service.current(id: id, organization: organization) {
            return current
        }
        let bytes = try await store.executionBytes(id: id, organization: organization)
        guard let bytes else { return nil }
        try await context.memory.takeResult(bytes, for: context.owner)
        return try await store.execution(id: id, organization: organization)
    }

    private func isKnown(id: String, organization: String) async throws -> Bool {
        if await service.current(id: id, organization: organization) != nil { return true }
        return try await store.executionBytes(id: id, organization: organization) != nil
    }

    /// Returns a page of executions, each as it is now.
    func latest(
        _ listing: Listing<ExecutionSummary>,
        organization: String
    ) async -> Listing<ExecutionSummary> {
        var listing = listing
        for (index, known) in listing.elements.enumerated() where !known.isFinished {
            let current = await service.current(id: known.id, organization: organization)
            listing.elements[index] = current.map(ExecutionSummary.init) ?? known
        }
        return listing
    }

    func headers(_ order: Order, _ acceptance: Acceptance) async throws -> HTTPFields {
        var headers: HTTPFields
        switch acceptance {
        case .submitted(let submission):
            headers = RateHeaders.fields(submission.rates, now: clock.now())
        case .replayed:
            let standing = try await service.standing(of: order.caller)
            headers = RateHeaders.fields(standing, now: clock.now())
            headers[.idempotencyReplayed] = "true"
        }
        if let applied = order.preferences.applied { headers[.preferenceApplied] = applied }
        return headers
    }
}
