import Domain
import Foundation
import Testing

@Suite struct TokenBucketTests {
    private static let rate = TokenBuckets.Rate(tokens: 10, seconds: 100)

    private func moment(_ seconds: Double) -> Date {
        Date(timeIntervalSince1970: 1_700_000_000 + seconds)
    }

    @Test func `a full bucket is taken at once, and refills a token at a time`() {
        var buckets = TokenBuckets()
        for _ in 0..<10 { #expect(buckets.take(of: "a", under: Self.rate, at: moment(0)) == nil) }
        #expect(buckets.remaining(of: "a", under: Self.rate, at: moment(0)) == 0)
        let wait = buckets.take(of: "a", under: Self.rate, at: moment(4))
        #expect(wait.map { $0.rounded() } == 6)
        #expect(buckets.take(of: "b", under: Self.rate, at: moment(4)) == nil)
        #expect(buckets.take(of: "a", under: Self.rate, at: moment(10)) == nil)
        #expect(buckets.take(of: "a", under: Self.rate, at: moment(10)) != nil)
        #expect(buckets.remaining(of: "a", under: Self.rate, at: moment(200)) == 10)
    }

    @Test func `a refused call costs nothing`() {
        var buckets = TokenBuckets()
        #expect(buckets.take(10, of: "a", under: Self.rate, at: moment(0)) == nil)
        for _ in 0..<100 {
            #expect(buckets.take(of: "a", under: Self.rate, at: moment(9.9)) != nil)
        }
        #expect(buckets.take(of: "a", under: Self.rate, at: moment(10)) == nil)
    }

    @Test(arguments: [1, 9, 10, 11, 1_000])
    func `a cost takes as many tokens, and at most all`(cost: Int) {
        var buckets = TokenBuckets()
        #expect(buckets.take(cost, of: "a", under: Self.rate, at: moment(0)) == nil)
        let left = buckets.remaining(of: "a", under: Self.rate, at: moment(0))
        #expect(left == max(0, 10 - cost))
    }

    @Test func `what is given back can be taken, and a full bucket is forgotten`() {
        var buckets = TokenBuckets()
        for _ in 0..<1_000 {
            #expect(buckets.take(10, of: "a", under: Self.rate, at: moment(0)) == nil)
            buckets.giveBack(10, of: "a", under: Self.rate, at: moment(0))
        }
        #expect(buckets.subjects == 0)
        buckets.giveBack(of: "a", under: Self.rate, at: moment(0))
        #expect(buckets.remaining(of: "a", under: Self.rate, at: moment(0)) == 10)
    }

    @Test func `a clock that is set back refuses nobody for the time that it repeats`() {
        var buckets = TokenBuckets()
        #expect(buckets.take(10, of: "a", under: Self.rate, at: moment(10_000)) == nil)
        #expect(buckets.take(10, of: "a", under: Self.rate, at: moment(0)) == nil)
        #expect(buckets.take(of: "a", under: Self.rate, at: moment(0)) != nil)
    }

    @Test func `a flood of subjects fills no memory, and refuses no stranger`() {
        var buckets = TokenBuckets(subjectsMax: 100)
        for number in 0..<10_000 {
            #expect(buckets.take(of: "\(number)", under: Self.rate, at: moment(0)) == nil)
            #expect(buckets.subjects <= 100)
        }
        #expect(buckets.take(of: "stranger", under: Self.rate, at: moment(0)) == nil)
    }

    @Test func `who calls again and again is not pushed out by a flood`() {
        var buckets = TokenBuckets(subjectsMax: 100)
        var taken = 0
        for number in 0..<10_000 {
            _ = buckets.take(of: "\(number)", under: Self.rate, at: moment(0))
            guard number.isMultiple(of: 10), taken < 10 else { continue }
            #expect(buckets.take(of: "a", under: Self.rate, at: moment(0)) == nil)
            taken += 1
        }
        #expect(taken == 10)
    }

    @Test func `idle subjects are dropped when their buckets are full`() {
        var buckets = TokenBuckets()
        for number in 0..<100 {
            _ = buckets.take(of: "\(number)", under: Self.rate, at: moment(0))
        }
        _ = buckets.take(of: "a", under: Self.rate, at: moment(100))
        _ = buckets.take(of: "b", under: Self.rate, at: moment(200))
        #expect(buckets.subjects == 2)
    }
}
