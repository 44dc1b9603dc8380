import Domain
import TestSupport
import Testing

@testable import Catalog

/// Returns a valid file with one plan whose keys a test may replace; `nil` leaves a key out.
private func limits(_ changes: [String: String?] = [:], plan: String = "anonymous") -> String {
    var keys: [String: String?] = [
        "per_second": "5", "penalty_seconds": "10", "per_minute": "60", "per_day": "null",
        "concurrent": "2", "requests_per_minute": "600", "projects": "3", "unfinished_tasks": "0",
        "keys": "7", "members": "2",
    ]
    for limit in Limit.allCases {
        let standard = limit.definition.follows == nil ? #""default": 10, "# : ""
        keys[limit.rawValue] = #"{\#(standard)"ceiling": 20}"#
    }
    keys.merge(changes) { $1 }
    let body = keys.compactMap { key, value in value.map { "\"\(key)\": \($0)" } }
    return #"{"plans": {"\#(plan)": {\#(body.joined(separator: ", "))}}}"#
}

private func read(_ text: String) throws -> Plans {
    try LimitsFile.plans(SettingsFile(bytes: Array(text.utf8), label: "limits.json"))
}

@Suite struct `A limits file` {
    @Test func `gives each plan its rates and its limits`() throws {
        let plan = try read(limits()).anonymous
        #expect(plan.rates.perSecond == .init(limit: 5, penaltySeconds: 10))
        #expect(plan.rates.perMinute == 60)
        #expect(plan.rates.perDay == nil)
        #expect(plan.rates.concurrent == 2)
        #expect(plan.holdings == Holdings(projects: 3, unfinishedTasks: 0, keys: 7, members: 2))
        #expect(plan.rates.requestsPerMinute == 600)
        #expect(Limit.allCases.allSatisfy { plan.defaults[$0] == 10 && plan.ceilings[$0] == 20 })
        let small = try read(limits(["stack_bytes": #"{"ceiling": 7}"#])).anonymous
        #expect(small.defaults[.stackBytes] == 7)
    }

    @Test(arguments: [(nil, nil), ("0", 0), ("36500", 36_500)] as [(String?, Int?)])
    func `may say how long a plan's work is kept`(text: String?, days: Int?) throws {
        #expect(try read(limits(["keep_days": text])).anonymous.holdings.keepDays == days)
    }

    @Test(arguments: ["-1", "1.5", "null", "36501"])
    func `keeps work for a number of days`(text: String) {
        let error = #expect(throws: CatalogError.self) { try read(limits(["keep_days": text])) }
        #expect(error?.description.contains("plans.anonymous.keep_days") == true)
    }

    @Test(arguments: [(nil, 100), ("1", 1), ("100", 100)] as [(String?, Int)])
    func `may say how much of the queue a plan's callers take`(
        text: String?,
        percent: Int
    ) throws {
        #expect(try read(limits(["queue_percent": text])).anonymous.queuePercent == percent)
    }

    @Test(arguments: ["0", "101", "1.5", "null"])
    func `takes a part of the queue in percent`(text: String) {
        let error = #expect(throws: CatalogError.self) {
            try read(limits(["queue_percent": text]))
        }
        #expect(error?.description.contains("plans.anonymous.queue_percent") == true)
    }

    @Test(arguments: [9, 10, 11] as [Int64])
    func `has no default above its ceiling`(standard: Int64) throws {
        let text = limits(["wall_ms": #"{"default": \#(standard), "ceiling": 10}"#])
        if standard <= 10 {
            #expect(try read(text).anonymous.defaults[.wallMilliseconds] == standard)
        } else {
            let error = #expect(throws: CatalogError.self) { try read(text) }
            #expect(
                error?.description
                    == "limits.json: plans.anonymous.wall_ms.default exceeds its ceiling"
            )
        }
    }

    @Test(
        arguments: [
            (["wall_ms": nil], "wall_ms is missing"),
            (["per_day": nil], "per_day is missing"),
            (["wal_ms": "{}"], "wal_ms is not a known key"),
            (["files": "{}"], "files.default is missing"),
            (["files": #"{"default": 1}"#], "files.ceiling is missing"),
            (["files": #"{"default": 0, "ceiling": 1}"#], "files.default must be at least 1"),
            (["files": #"{"default": -1, "ceiling": 1}"#], "files.default must be at least 1"),
            (["files": #"{"default": 1, "ceiling": 0}"#], "files.ceiling must be at least 1"),
            (["files": #"{"default": 1.5, "ceiling": 2}"#], "files.default must be a whole number"),
            (["files": #"{"default": "1", "ceiling": 2}"#], "files.default must be a whole number"),
            (
                ["files": #"{"default": null, "ceiling": 2}"#],
                "files.default must be a whole number"
            ),
            (["files": #"{"default": 1, "ceiling": 1, "max": 1}"#], "files.max is not a known key"),
            (
                ["files": #"{"default": 1, "ceiling": 4398046511105}"#],
                "files.ceiling must be at most 4398046511104"
            ),
            (["files": "7"], "files must be an object"),
            (
                ["stack_bytes": #"{"default": 1, "ceiling": 1}"#],
                "stack_bytes.default is not a known key"
            ),
            (["projects": "-1"], "projects must be a whole number from 0"),
            (["unfinished_tasks": "null"], "unfinished_tasks must be a whole number from 0"),
            (["unfinished_tasks": nil], "unfinished_tasks is missing"),
            (["keys": nil], "keys is missing"), (["members": nil], "members is missing"),
            (["keys": "null"], "keys must be a whole number from 0"),
            (["requests_per_minute": nil], "requests_per_minute is missing"),
            (["requests_per_minute": "0"], "requests_per_minute must be at least 1"),
            (["per_minute": "0"], "per_minute must be at least 1"),
            (["per_minute": "-3"], "per_minute must be at least 1"),
            (["per_minute": "true"], "per_minute must be a whole number"),
            (
                ["penalty_seconds": "null"],
                "per_second and penalty_seconds must both be numbers or both be null"
            ),
        ] as [([String: String?], String)]
    )
    func `is refused with the field that is wrong`(changes: [String: String?], message: String) {
        let error = #expect(throws: CatalogError.self) { try read(limits(changes)) }
        #expect(error?.description == "limits.json: plans.anonymous." + message)
    }

    @Test func `must have a plan for strangers`() {
        let error = #expect(throws: CatalogError.self) { try read(limits(plan: "free")) }
        #expect(error?.description == "limits.json: plans has no plan named anonymous")
    }

    @Test(arguments: [
        ("{", "is not JSON: line 1: it ends where a member's name in quotes should be"),
        ("", "is not JSON: line 1: it ends where a value should be"),
        ("{\n\"plans\" {}}", "is not JSON: line 2: it has `{` where `:` should be"),
        ("{} x", "is not JSON: line 1: it has something after its end"),
        ("[]", "must be an object"),
        ("{}", "plans is missing"),
        (#"{"plan": {}}"#, "plan is not a known key"),
        (#"{"plans": {}, "plans": {}}"#, "plans is there twice"),
        (#"{"plans": {"a": {"x": 1, "x": 2}}}"#, "plans.a.x is there twice"),
    ])
    func `is refused as a whole`(text: String, message: String) {
        let error = #expect(throws: CatalogError.self) { try read(text) }
        #expect(error?.description == "limits.json: " + message)
    }

    @Test func `that is not there is unreadable`() {
        let error = #expect(throws: CatalogError.self) {
            try LimitsFile.plans(path: "/nowhere/limits.json", label: "limits.json")
        }
        #expect(error?.description == "limits.json: cannot be read")
    }
}

@Suite struct `The shipped limits file` {
    @Test func `has the plans and rates that are promised`() throws {
        let plans = try LimitsFile.plans(path: Repository.limits, label: "limits.json")
        #expect(plans.names == ["anonymous", "enterprise", "free", "pro"])
        #expect(plans.anonymous.rates.perDay == 10)
        #expect(plans["free"]?.rates.perMinute == 60)
        #expect(plans["free"]?.rates.perDay == 1_000)
        #expect(plans["pro"]?.rates.perMinute == 300)
        #expect(plans["pro"]?.rates.perDay == 50_000)
        #expect(plans["enterprise"]?.rates.perMinute == 1_000)
        #expect(plans["enterprise"]?.rates.perDay == nil)
    }
}
