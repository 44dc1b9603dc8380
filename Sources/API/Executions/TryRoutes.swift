import Hummingbird

/// A stranger's one program, answered and forgotten.
struct TryRoutes: Sendable {
    let intake: ExecutionIntake
    let callers: CallerResolver

    var routes: [Route] { [Route(.post, "sandbox/try", .tryCode, run)] }

    private func run(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = callers.stranger(request, context)
        let order = try await intake.trial(request, from: caller)
        return try await intake.answer(order, try await intake.accept(order), context)
    }
}
