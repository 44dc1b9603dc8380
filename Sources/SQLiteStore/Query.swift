/// Every statement, kept in one place so that each connection prepares them before the first
/// request and a test reads the plan that SQLite makes of them.
enum Query {
    /// What readers run.
    static let reads =
        [ping, key, keys, charged, execution, unfinishedExecutions]
        + ExecutionQuery.all.flatMap { [$0.count, $0.page] }
        + [delivery, deliveryCount, deliveryPage, dueDeliveries, nextDelivery, webhookSecret]

    /// What the writer runs.
    static let writes = [
        insertKey, revokeKey, touchKey, charge, charged,
        pruneCharges,
        refund, saveExecution, saveDelivery, idempotencyClaim, claim, pruneClaims, release,
        keepWebhookSecret, webhookSecret,
    ]

    static let ping = "SELECT 1 FROM organization LIMIT 1"
}
