/// Every statement, kept in one place so that each connection prepares them before the first
/// request and a test reads the plan that SQLite makes of them.
enum Query {
    /// The statements of readers.
    static let reads =
        [ping, charged, execution, executionParents]
        + accountReads + keyReads + tokenReads + projectReads
        + ExecutionQuery.all.flatMap { [$0.count, $0.page] }
        + [delivery, deliveryCount, deliveryPage, dueDeliveries, nextDelivery, webhookSecret]
        + taskReads + claimReads + TaskQuery.all.flatMap { [$0.count, $0.page] }

    /// The statements of the writer.
    static let writes =
        [
            charge, charged, pruneCharges, refund, saveExecution, saveRequest, saveResult,
            insertDelivery,
            insertDeliveryBody,
            updateDelivery, executionParents, idempotencyClaim,
            claim, pruneClaims, release, keepWebhookSecret, replaceWebhookSecret, webhookSecret,
        ] + accountWrites + keyWrites + tokenWrites + projectWrites + taskWrites
        + UnreadableWork.allCases.map(\.giveUp) + claimWrites + outlivingWrites

    /// Writes a page and changes nothing: what a full disk or a lock keeps from being written.
    static let writePing = "PRAGMA user_version = 0"
    static let ping = "SELECT 1 FROM organization LIMIT 1"
}
