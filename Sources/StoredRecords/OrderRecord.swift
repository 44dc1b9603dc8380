public import Domain
import Foundation

/// The stored form of a task's order.
public struct OrderRecord: StoredRecord {
    public let form: Int?
    let request: RequestRecord
    let agentID: String?
    let priority: Int
    let runAfter: Date?
    let attemptsMax: Int
    let retryOn: [String]
    let callbackURL: String?

    public init(_ order: TaskOrder) {
        form = Self.newestForm
        request = RequestRecord(order.request)
        agentID = order.agentID
        priority = order.priority
        runAfter = order.runAfter
        attemptsMax = order.attemptsMax
        retryOn = order.retryOn.map(\.rawValue).sorted()
        callbackURL = order.callbackURL
    }

    public func value() throws(RecordDamage) -> TaskOrder {
        TaskOrder(
            request: try request.value(),
            agentID: agentID,
            priority: priority,
            runAfter: runAfter,
            attemptsMax: attemptsMax,
            retryOn: Set(retryOn.compactMap(Execution.Status.init(rawValue:))),
            callbackURL: callbackURL
        )
    }
}
