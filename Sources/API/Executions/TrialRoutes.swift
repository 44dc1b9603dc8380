import Domain
import HTTPTypes
import Hummingbird

/// The public door: a stranger's one program, answered and forgotten.
struct TrialRoutes: Sendable {
    let desk: ExecutionDesk
    let callers: CallerResolver

    var routes: [Route] { [Route(.post, "sandbox/try", .tryCode, run)] }

    private func run(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = callers.stranger(request, context)
        let content = try await BodyReader.read(request, plan: caller.plan)
        let reader = ExecutionReader(runtimes: desk.runtimes, plan: caller.plan)
        let submission = try await submit(try reader.trial(content.value), from: caller)
        let execution = try await context.untilHangUp { try await submission.finished() }
        if case .faulted = execution.state { throw ExecutionFaulted(id: execution.id) }
        return Answer.data(
            ExecutionPayload(execution).json,
            headers: RateHeaders.fields(submission.rates, now: desk.clock.now())
        )
    }

    private func submit(
        _ request: ExecutionRequest,
        from caller: Caller
    ) async throws -> any Submission {
        do {
            return try await desk.service.submit(
                request,
                from: caller,
                id: Identifier.make(prefix: "exe_", at: desk.clock.now()),
                keeping: .nothing
            )
        } catch let refusal as SubmissionRefusal {
            throw RateHeaders.error(refusal, now: desk.clock.now())
        }
    }
}
