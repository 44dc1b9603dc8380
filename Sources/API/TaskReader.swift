import Domain
import Foundation

/// Turns a body into what an agent orders, that nothing more can be refused of: the fields of an
/// execution, laid over a project where one is named, and beside them when, for whom and how often.
struct TaskReader {
    static let fieldNames =
        ExecutionReader.fieldNames + [
            "project_id", "agent_id", "priority", "run_after", "max_attempts", "retry_on",
            "organization_id", "idempotency_key",
        ]

    let executions: ExecutionReader

    func order(_ fields: Fields) throws(APIError) -> TaskOrder {
        var request = try executions.request(fields)
        // The end of the task is posted, not the end of each attempt.
        let callbackURL = request.callbackURL
        request.callbackURL = nil
        return TaskOrder(
            request: request,
            agentID: try agentID(fields),
            priority: try fields.integer("priority", in: TaskOrder.priorities) ?? 0,
            runAfter: try runAfter(fields),
            attemptsMax: try fields.integer("max_attempts", in: TaskOrder.attempts)
                ?? TaskOrder.standardAttemptsMax,
            retryOn: try retryOn(fields),
            callbackURL: callbackURL
        )
    }

    /// The key of the header or of the body, or `nil` where there is none.
    static func idempotencyKey(
        _ header: String?,
        _ fields: Fields
    ) throws(APIError) -> String? {
        let name = "idempotency_key"
        guard let given = try fields.string(name, bytesMax: Idempotency.keyCharactersMax) else {
            return header
        }
        let key = try Idempotency.checked(given, at: name)
        guard header == nil || header == key else {
            throw .field(name, "disagrees with the header Idempotency-Key")
        }
        return key
    }

    private func agentID(_ fields: Fields) throws(APIError) -> String? {
        let name = "agent_id"
        guard let text = try fields.string(name, bytesMax: .max) else { return nil }
        return try Self.agentID(text, at: name)
    }

    static func agentID(_ text: String, at field: String) throws(APIError) -> String {
        let isPrintable = text.utf8.allSatisfy { (0x20...0x7e).contains($0) }
        let charactersMax = TaskOrder.agentIDCharactersMax
        guard isPrintable, (1...charactersMax).contains(text.utf8.count) else {
            throw .field(
                field,
                "must be 1 to \(charactersMax) printable ASCII characters",
                value: .string(text),
                limit: JSONValue(charactersMax)
            )
        }
        return text
    }

    private func runAfter(_ fields: Fields) throws(APIError) -> Date? {
        let name = "run_after"
        guard let text = try fields.string(name, bytesMax: .max) else { return nil }
        guard let date = Timestamp.date(text) else {
            throw .field(
                name,
                "must be a moment such as 2026-11-21T05:29:34Z (RFC 3339)",
                value: .string(text)
            )
        }
        return min(max(date, Self.earliest), Self.latest)
    }

    /// What is long past is past all the same, and shown with a year of four digits.
    private static let earliest = Date(timeIntervalSince1970: 0)
    /// 9999-12-31T23:59:59Z, for the same reason.
    private static let latest = Date(timeIntervalSince1970: 253_402_300_799)

    private func retryOn(_ fields: Fields) throws(APIError) -> Set<Execution.Status> {
        let name = "retry_on"
        let countMax = TaskOrder.retryable.count
        var statuses: Set<Execution.Status> = []
        for element in try fields.array(name, countMax: countMax) ?? [] {
            let text = try element.value.string(at: element.path, bytesMax: .max)
            guard let status = TaskOrder.retryable.first(where: { $0.rawValue == text }) else {
                let names = TaskOrder.retryable.map(\.rawValue).joined(separator: ", ")
                throw .field(element.path, "must be one of: \(names)", value: .string(text))
            }
            statuses.insert(status)
        }
        return statuses
    }
}
