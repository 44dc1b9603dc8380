public import Domain
import Foundation

/// The data of an execution's summary that no column holds.
public struct ExecutionSummaryRecord: StoredRecord {
    public let form: Int?
    let version: String?
    let metadata: [String: String]?
    let run: StageSummaryRecord?

    public init(_ details: Details) {
        form = Self.newestForm
        version = details.version
        metadata = details.metadata
        run = details.run.map(StageSummaryRecord.init)
    }

    public func value() -> Details {
        Details(version: version ?? "", metadata: metadata ?? [:], run: run?.value)
    }

    /// The data of an ``ExecutionSummary`` that is stored as JSON.
    public struct Details: Sendable, Hashable {
        public let version: String
        public let metadata: [String: String]
        public let run: StageSummary?

        init(version: String, metadata: [String: String], run: StageSummary?) {
            self.version = version
            self.metadata = metadata
            self.run = run
        }

        public init(_ summary: ExecutionSummary) {
            version = summary.version
            metadata = summary.metadata
            run = summary.run
        }

        /// The details of a row whose request could not be read when it was summarized.
        public static let unknown = Details(version: "", metadata: [:], run: nil)
    }
}

struct StageSummaryRecord: Codable, Sendable {
    let verdict: VerdictRecord
    let usage: UsageRecord
    let refusedCalls: [String]?

    init(_ stage: StageSummary) {
        verdict = VerdictRecord(stage.verdict)
        usage = UsageRecord(stage.usage)
        refusedCalls = stage.refusedCalls
    }

    var value: StageSummary {
        StageSummary(
            verdict: verdict.value,
            usage: usage.value,
            refusedCalls: refusedCalls ?? []
        )
    }
}

/// The data of a task's summary that no column holds.
public struct TaskTermsRecord: StoredRecord {
    public let form: Int?
    let language: String?
    let version: String?
    let runAfter: Date?
    let attemptsMax: Int?
    let retryOn: [String]?
    let callbackURL: String?
    let metadata: [String: String]?

    public init(_ terms: TaskSummary.Terms) {
        form = Self.newestForm
        language = terms.language
        version = terms.version
        runAfter = terms.runAfter
        attemptsMax = terms.attemptsMax
        retryOn = terms.retryOn.map(\.rawValue).sorted()
        callbackURL = terms.callbackURL
        metadata = terms.metadata
    }

    public func value() -> TaskSummary.Terms {
        TaskSummary.Terms(
            language: language ?? "",
            version: version ?? "",
            runAfter: runAfter,
            attemptsMax: attemptsMax ?? TaskOrder.standardAttemptsMax,
            retryOn: Set((retryOn ?? []).compactMap(Execution.Status.init(rawValue:))),
            callbackURL: callbackURL,
            metadata: metadata ?? [:]
        )
    }

    /// The terms of a row whose order could not be read when it was summarized.
    public static let unknown = TaskTermsRecord(form: nil).value()

    private init(form: Int?) {
        self.form = form
        language = nil
        version = nil
        runAfter = nil
        attemptsMax = nil
        retryOn = nil
        callbackURL = nil
        metadata = nil
    }
}
