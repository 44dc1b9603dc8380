import Domain
import Foundation

extension DeliverySummary {
    /// A delivery as callers see it: not its body, which is the execution that it names.
    var json: JSONValue {
        [
            "id": .string(id), "execution_id": JSONValue(subjects.execution),
            "task_id": JSONValue(subjects.task), "url": .string(url),
            "status": .string(status.name), "next_attempt_at": JSONValue(status.nextAttemptAt),
            "finished_at": JSONValue(status.finishedAt), "created_at": JSONValue(createdAt),
            "attempts": .array(attempts.map(\.json)),
        ]
    }

    private var subjects: (execution: String?, task: String?) {
        switch subject {
        case .execution(let id): (id, nil)
        case .task(let id): (nil, id)
        }
    }

    private var status: (name: String, nextAttemptAt: Date?, finishedAt: Date?) {
        switch state {
        case .pending(let nextAttemptAt): ("pending", nextAttemptAt, nil)
        case .delivered(let date): ("delivered", nil, date)
        case .failed(let date): ("failed", nil, date)
        }
    }
}

extension Delivery.Attempt {
    fileprivate var json: JSONValue {
        let outcome: (status: JSONValue, error: JSONValue) =
            switch self.outcome {
            case .answered(let status): (JSONValue(status), .null)
            case .failed(let reason): (.null, .string(reason))
            }
        return [
            "started_at": JSONValue(startedAt), "duration_ms": JSONValue(durationMilliseconds),
            "response_status": outcome.status, "error": outcome.error,
        ]
    }
}

extension Runtimes {
    /// What can be run here, and what could be if the operator installed it.
    var json: JSONValue {
        let missing = missing.filter { missing in !installed.contains { $0.name == missing.name } }
        return .array(installed.map(\.json) + missing.map(\.json))
    }
}

extension Runtime {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "version": .string(version),
            "aliases": .array(aliases.map(JSONValue.string)), "compiled": .bool(compile != nil),
            "entry": .string(entry), "installed": true,
        ]
    }
}

extension MissingRuntime {
    fileprivate var json: JSONValue {
        [
            "name": .string(name), "version": .null,
            "aliases": .array(aliases.map(JSONValue.string)), "compiled": .null, "entry": .null,
            "installed": false, "install": .string(installLine),
        ]
    }
}

extension Plan {
    /// The caller's plan, what it may ask for, and where it stands.
    func usage(_ report: RateReport) -> JSONValue {
        let limits = Limit.allCases.map { limit in
            JSONValue.Member(
                name: limit.rawValue,
                value: [
                    "default": .integer(defaults[limit]), "ceiling": .integer(ceilings[limit]),
                ]
            )
        }
        return [
            "plan": .string(name), "rates": .array(report.standings.map(\.json)),
            "limits": .object(limits),
        ]
    }
}

extension RateStanding {
    fileprivate var json: JSONValue {
        [
            "policy": .string(policy.rawValue), "limit": JSONValue(limit),
            "remaining": JSONValue(remaining), "window_seconds": JSONValue(windowSeconds),
            "resets_at": JSONValue(resetsAt),
        ]
    }
}

extension Listing {
    func json(_ page: Page, _ element: (Element) -> JSONValue) -> JSONValue {
        let end = page.offset.addingReportingOverflow(elements.count)
        return [
            "success": true, "data": .array(elements.map(element)),
            "pagination": [
                "total": JSONValue(total), "limit": JSONValue(page.limit),
                "offset": JSONValue(page.offset),
                "has_more": .bool(!end.overflow && end.partialValue < total),
            ],
        ]
    }
}
