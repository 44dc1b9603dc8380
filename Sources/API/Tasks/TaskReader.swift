import Domain

/// Reads a body into a checked task order: an execution, merged into a project if the body names
/// one, and the schedule, the agent and the retries.
struct TaskReader {
    let executions: ExecutionReader

    func order(_ body: TaskBody) throws(APIError) -> TaskOrder {
        var request = try executions.request(body.execution)
        // The callback is for the end of the task, not for the end of each attempt.
        let callbackURL = request.callbackURL
        request.callbackURL = nil
        return TaskOrder(
            request: request,
            agentID: body.agentID,
            priority: body.priority ?? 0,
            runAfter: body.runAfter,
            attemptsMax: body.attemptsMax ?? TaskOrder.standardAttemptsMax,
            retryOn: Set(body.retryOn ?? []),
            callbackURL: callbackURL
        )
    }

    /// Returns the key of the header or of the body; `nil` if neither has a key.
    static func idempotencyKey(
        _ header: String?,
        _ body: TaskBody
    ) throws(APIError) -> String? {
        guard let key = body.idempotencyKey else { return header }
        guard header == nil || header == key else {
            throw .field("idempotency_key", "disagrees with the header Idempotency-Key")
        }
        return key
    }
}
