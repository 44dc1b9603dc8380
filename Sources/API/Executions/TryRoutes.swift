import Hummingbird

/// The route that runs one program of an anonymous caller; nothing of it is stored.
struct TryRoutes: Sendable {
    let intake: ExecutionIntake
    let callers: CallerResolver

    var routes: [Route] { [Route(.post, "sandbox/try", .tryCode, run)] }

    private func run(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try callers.stranger(request, context)
        let order = try await intake.trial(request, context, from: caller)
        return try await intake.answer(order, try await intake.accept(order), context)
    }
}
