import Domain
import Foundation
import JSON

extension DeliverySummary {
    /// A delivery as callers see it.
    ///
    /// Its body is left out: that is the execution or task that it names.
    static let payload = ObjectDescription<DeliverySummary>.answer(
        "Delivery",
        "A result on its way to a callback URL.",
        [
            Field("id", \.id, .identifier("msg_", "also the `webhook-id`")),
            Field(
                "execution_id",
                \.execution,
                orNull: .identifier("exe_", "the execution that it reports")
            ), Field("task_id", \.task, orNull: .identifier("tsk_", "the task that it reports")),
            Field("url", \.url, .text()),
            Field("status", \.status, .choice("", Status.allCases)),
            Field("next_attempt_at", \.nextAttemptAt, orNull: .timestamp("of a pending delivery")),
            Field("finished_at", \.finishedAt, orNull: .timestamp()),
            Field("created_at", \.createdAt, .timestamp()),
            Field(
                "attempts",
                \.attempts,
                .list("Oldest first.", of: .object(Delivery.Attempt.payload))
            ),
        ]
    )

    var json: JSONValue { Self.payload.encode(self) }

    private enum Status: String, CaseIterable { case pending, delivered, failed }

    private var execution: String? { if case .execution(let id) = subject { id } else { nil } }
    private var task: String? { if case .task(let id) = subject { id } else { nil } }

    private var status: Status {
        switch state {
        case .pending: .pending
        case .delivered: .delivered
        case .failed: .failed
        }
    }

    private var nextAttemptAt: Date? { if case .pending(let time) = state { time } else { nil } }

    private var finishedAt: Date? {
        switch state {
        case .pending: nil
        case .delivered(let date), .failed(let date): date
        }
    }
}

extension Delivery.Attempt {
    fileprivate static let payload = ObjectDescription<Delivery.Attempt>.part(
        [
            Field("started_at", \.startedAt, .timestamp()),
            Field("duration_ms", \.durationMilliseconds, .whole()),
            Field(
                "response_status",
                \.responseStatus,
                orNull: .whole("the receiver's status, if it answered", min: 100, max: 999)
            ), Field("error", \.error, orNull: .text("why there was no answer")),
        ]
    )

    private var responseStatus: Int? {
        if case .answered(let status) = outcome { status } else { nil }
    }

    private var error: String? { if case .failed(let reason) = outcome { reason } else { nil } }
}
