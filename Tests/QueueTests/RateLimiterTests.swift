import Domain
import Foundation
import Testing

@testable import Queue

@Suite struct RateLimiterTests {
    private let start = Date(timeIntervalSince1970: 1_000_000_000)
    private let second = Rates(
        perSecond: .init(limit: 2, penaltySeconds: 5),
        perMinute: nil,
        perDay: nil,
        concurrent: nil
    )
    private let minute = Rates(perSecond: nil, perMinute: 3, perDay: nil, concurrent: nil)
    private let pair = Rates(perSecond: nil, perMinute: 5, perDay: nil, concurrent: 2)

    private func after(_ seconds: Double) -> Date { start.addingTimeInterval(seconds) }

    // MARK: Per second

    @Test func `calls up to the rate are admitted and the next is refused`() {
        var limiter = RateLimiter()
        #expect(limiter.admit("a", under: second, at: after(0)) == .admitted)
        #expect(limiter.admit("a", under: second, at: after(0.5)) == .admitted)
        let refusal = RateStanding(
            policy: .perSecond,
            limit: 2,
            remaining: 0,
            resetsAt: after(5.9),
            windowSeconds: 1
        )
        #expect(limiter.admit("a", under: second, at: after(0.9)) == .refused(by: refusal))
    }

    @Test func `a second is over exactly one second after the oldest call in it`() {
        var limiter = RateLimiter()
        #expect(limiter.admit("a", under: second, at: after(0)) == .admitted)
        #expect(limiter.admit("a", under: second, at: after(0.5)) == .admitted)
        #expect(limiter.admit("a", under: second, at: after(1)) == .admitted)
        #expect(limiter.admit("a", under: second, at: after(1.25)).refusal == .perSecond)
    }

    @Test func `a penalty lasts from the offence and calls during it do not extend it`() {
        var limiter = RateLimiter()
        for _ in 0..<2 { _ = limiter.admit("a", under: second, at: after(0)) }
        #expect(limiter.admit("a", under: second, at: after(0)).refusal == .perSecond)
        for tenth in 1..<50 {
            let decision = limiter.admit("a", under: second, at: after(Double(tenth) / 10))
            #expect(decision.refusal == .perSecond)
        }
        #expect(limiter.admit("a", under: second, at: after(5)) == .admitted)
    }

    @Test func `without a penalty the refusal ends with the second`() {
        let rates = Rates(
            perSecond: .init(limit: 1, penaltySeconds: 0),
            perMinute: nil,
            perDay: nil,
            concurrent: nil
        )
        var limiter = RateLimiter()
        #expect(limiter.admit("a", under: rates, at: after(0)) == .admitted)
        #expect(limiter.admit("a", under: rates, at: after(0.75)).refusal == .perSecond)
        #expect(limiter.admit("a", under: rates, at: after(1)) == .admitted)
    }

    @Test func `one subject's penalty is nobody else's`() {
        var limiter = RateLimiter()
        for _ in 0..<3 { _ = limiter.admit("a", under: second, at: start) }
        #expect(limiter.admit("b", under: second, at: start) == .admitted)
    }

    // MARK: Per minute

    @Test func `a minute's place comes back at the instant of its reset`() {
        var limiter = RateLimiter()
        for call in [0.0, 10, 20] {
            #expect(limiter.admit("a", under: minute, at: after(call)) == .admitted)
        }
        let refusal = RateStanding(
            policy: .perMinute,
            limit: 3,
            remaining: 0,
            resetsAt: after(60),
            windowSeconds: 60
        )
        #expect(limiter.admit("a", under: minute, at: after(59.75)) == .refused(by: refusal))
        #expect(limiter.admit("a", under: minute, at: after(60)) == .admitted)
        #expect(limiter.admit("a", under: minute, at: after(60)).refusal == .perMinute)
    }

    @Test func `a refused call is not counted`() {
        var limiter = RateLimiter()
        for _ in 0..<3 { _ = limiter.admit("a", under: minute, at: start) }
        for _ in 0..<50 { _ = limiter.admit("a", under: minute, at: after(30)) }
        for _ in 0..<3 { #expect(limiter.admit("a", under: minute, at: after(60)) == .admitted) }
        #expect(limiter.admit("a", under: minute, at: after(60)).refusal == .perMinute)
    }

    // MARK: Concurrent

    @Test func `as many as the plan allows are active and one more when one has ended`() {
        var limiter = RateLimiter()
        #expect(limiter.admit("a", under: pair, at: start) == .admitted)
        #expect(limiter.admit("a", under: pair, at: start) == .admitted)
        #expect(limiter.admit("a", under: pair, at: start).refusal == .concurrent)
        limiter.release("a", at: start)
        #expect(limiter.admit("a", under: pair, at: start) == .admitted)
    }

    @Test func `what one policy refuses costs nothing in another`() {
        var limiter = RateLimiter()
        for _ in 0..<10 { _ = limiter.admit("a", under: pair, at: start) }
        let report = limiter.report(on: "a", under: pair, charged: 0, at: start)
        #expect(report.standings.map(\.remaining) == [3, 0])
    }

    @Test func `an execution of an earlier process is counted as active only`() {
        var limiter = RateLimiter()
        limiter.occupy("a")
        let report = limiter.report(on: "a", under: pair, charged: 0, at: start)
        #expect(report.standings.map(\.remaining) == [5, 1])
    }

    // MARK: Withdrawal

    @Test func `a withdrawn admission leaves no trace`() {
        var limiter = RateLimiter()
        #expect(limiter.admit("a", under: pair, at: start) == .admitted)
        limiter.withdraw("a", admittedAt: start)
        let report = limiter.report(on: "a", under: pair, charged: 0, at: start)
        #expect(report.standings.map(\.remaining) == [5, 2])
        #expect(limiter.subjects == 0)
    }

    // MARK: The day's quota, as the store reported it

    @Test func `a day that is used up is believed for a second`() {
        let rates = Rates(perSecond: nil, perMinute: nil, perDay: 10, concurrent: nil)
        var limiter = RateLimiter()
        limiter.markDaySpent("a", limit: 10, at: start)
        #expect(limiter.admit("a", under: rates, at: after(0.5)).refusal == .perDay)
        #expect(limiter.admit("a", under: rates, at: after(1)) == .admitted)
    }

    @Test func `a day that is used up for one plan is not for a larger one`() {
        let larger = Rates(perSecond: nil, perMinute: nil, perDay: 11, concurrent: nil)
        var limiter = RateLimiter()
        limiter.markDaySpent("a", limit: 10, at: start)
        #expect(limiter.admit("a", under: larger, at: start) == .admitted)
    }

    @Test func `a new day is not used up`() {
        let rates = Rates(perSecond: nil, perMinute: nil, perDay: 10, concurrent: nil)
        let midnight = UTCDay(start).end
        var limiter = RateLimiter()
        limiter.markDaySpent("a", limit: 10, at: midnight.addingTimeInterval(-0.5))
        #expect(limiter.admit("a", under: rates, at: midnight) == .admitted)
    }

    // MARK: The report

    @Test func `a report has every policy of the plan with its window`() {
        let rates = Rates(
            perSecond: .init(limit: 2, penaltySeconds: 5),
            perMinute: 60,
            perDay: 1_000,
            concurrent: 4
        )
        var limiter = RateLimiter()
        _ = limiter.admit("a", under: rates, at: start)
        let report = limiter.report(on: "a", under: rates, charged: 7, at: start)
        #expect(report.standings.map(\.policy) == [.perSecond, .perMinute, .perDay, .concurrent])
        #expect(report.standings.map(\.windowSeconds) == [1, 60, 86_400, 0])
        #expect(report.standings.map(\.remaining) == [1, 59, 993, 3])
        #expect(report.standings[1].resetsAt == after(60))
        #expect(report.standings[2].resetsAt == UTCDay(start).end)
    }

    @Test func `unlimited policies are left out and refuse nothing`() {
        let rates = Rates(perSecond: nil, perMinute: nil, perDay: nil, concurrent: nil)
        var limiter = RateLimiter()
        for _ in 0..<1_000 { #expect(limiter.admit("a", under: rates, at: start) == .admitted) }
        #expect(limiter.report(on: "a", under: rates, charged: 0, at: start).standings.isEmpty)
    }

    @Test func `a report on a stranger remembers nothing`() {
        let limiter = RateLimiter()
        let report = limiter.report(on: "a", under: pair, charged: 0, at: start)
        #expect(report.standings.map(\.remaining) == [5, 2])
        #expect(limiter.subjects == 0)
    }

    // MARK: Bounds

    @Test func `a subject is forgotten once it has been idle for the longest window`() {
        var limiter = RateLimiter()
        for index in 0..<100 { _ = limiter.admit("\(index)", under: minute, at: start) }
        for index in 0..<100 { limiter.release("\(index)", at: start) }
        #expect(limiter.subjects == 100)
        _ = limiter.admit("last", under: minute, at: after(61))
        _ = limiter.admit("last", under: minute, at: after(122))
        #expect(limiter.subjects == 1)
    }

    @Test func `a penalty longer than a minute is not forgotten`() {
        let rates = Rates(
            perSecond: .init(limit: 1, penaltySeconds: 300),
            perMinute: nil,
            perDay: nil,
            concurrent: nil
        )
        var limiter = RateLimiter()
        for _ in 0..<2 { _ = limiter.admit("a", under: rates, at: start) }
        limiter.release("a", at: start)
        for seconds in stride(from: 10.0, to: 290, by: 10) {
            _ = limiter.admit("b", under: rates, at: after(seconds))
        }
        #expect(limiter.admit("a", under: rates, at: after(299)).refusal == .perSecond)
        #expect(limiter.admit("a", under: rates, at: after(300)) == .admitted)
    }

    @Test(arguments: [9, 10, 11, 1_000])
    func `a flood of subjects is bounded and locks nobody out`(callers: Int) {
        var limiter = RateLimiter(subjectsMax: 10)
        for index in 0..<callers {
            #expect(limiter.admit("\(index)", under: minute, at: start) == .admitted)
            limiter.release("\(index)", at: start)
            #expect(limiter.subjects <= 10)
        }
    }

    @Test func `a flood does not make the limiter forget who is active or who just called`() {
        var limiter = RateLimiter(subjectsMax: 10)
        for _ in 0..<2 { _ = limiter.admit("busy", under: pair, at: start) }
        for _ in 0..<3 { _ = limiter.admit("caller", under: minute, at: start) }
        for _ in 0..<3 { limiter.release("caller", at: start) }
        for index in 0..<100 {
            _ = limiter.admit("\(index)", under: minute, at: start)
            limiter.release("\(index)", at: start)
            #expect(limiter.admit("caller", under: minute, at: start).refusal == .perMinute)
        }
        #expect(limiter.admit("busy", under: pair, at: start).refusal == .concurrent)
    }

    @Test func `newcomers are refused only where active subjects fill the table`() {
        var limiter = RateLimiter(subjectsMax: 10)
        for index in 0..<10 {
            #expect(limiter.admit("\(index)", under: minute, at: start) == .admitted)
        }
        #expect(limiter.admit("new", under: minute, at: start) == .crowded)
        #expect(limiter.admit("3", under: minute, at: start) == .admitted)
        #expect(limiter.subjects == 10)
    }

    @Test func `a clock that was set back does not lock a caller out`() {
        var limiter = RateLimiter()
        for _ in 0..<3 { _ = limiter.admit("a", under: minute, at: after(86_400)) }
        #expect(limiter.admit("a", under: minute, at: start) == .admitted)
    }
}

extension RateLimiter.Decision {
    fileprivate var refusal: RateStanding.Policy? {
        if case .refused(by: let standing) = self { standing.policy } else { nil }
    }
}
