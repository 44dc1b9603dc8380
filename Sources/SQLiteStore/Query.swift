/// All statements, in one place.
///
/// Each connection prepares them before the first request, and a test reads SQLite's plan for each.
enum Query {
    /// The statements of readers.
    static let reads =
        [ping, charged, execution, executionParents]
        + accountReads + invitationReads + keyReads + tokenReads + projectReads
        + ExecutionQuery.all.flatMap { [$0.count, $0.page] }
        + deliveryReads
        + taskReads + claimReads + TaskQuery.all.flatMap { [$0.count, $0.page] }

    /// The statements of the writer.
    static let writes =
        [
            charge, charged, pruneCharges, refund, saveExecution, saveRequest, saveResult,
            insertDelivery,
            insertDeliveryBody,
            updateDelivery, executionParents, idempotencyClaim,
            claim, pruneClaims, release, keepWebhookSecret, replaceWebhookSecret, webhookSecret,
        ] + accountWrites + invitationWrites + keyWrites + tokenWrites + projectWrites + taskWrites
        + UnreadableWork.allCases.map(\.giveUp) + claimWrites + outlivingWrites

    /// Writes a page without changing it, which fails on a full disk or under a lock.
    static let writePing = "PRAGMA user_version = 0"
    static let ping = "SELECT 1 FROM organization LIMIT 1"
}
