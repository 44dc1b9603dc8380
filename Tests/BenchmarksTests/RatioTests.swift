import Testing

@testable import Benchmarks

@Suite struct RatioTests {
    private static let base = Series(name: "base", (1...40).map { Double($0 % 7 + 10) })

    @Test func `a ratio is of the medians`() throws {
        let series = Series(name: "triple", Self.base.sample.values.map { $0 * 3 })
        let ratio = try #require(Ratio(series, to: Self.base))
        #expect(ratio.value == 3)
    }

    @Test func `rounds are drawn whole, so what is always the same multiple has no spread`() throws
    {
        let series = Series(name: "triple", Self.base.sample.values.map { $0 * 3 })
        let ratio = try #require(Ratio(series, to: Self.base))
        #expect(abs(ratio.low - 3) < 1e-9)
        #expect(abs(ratio.high - 3) < 1e-9)
    }

    @Test func `an interval holds its ratio, and more rounds make it narrower`() throws {
        func ratio(rounds: Int) throws -> Ratio {
            var generator = SplitMix(state: 1)
            let noisy = (0..<rounds).map { _ in 10 + 4 * generator.nextFraction() }
            let steady = Array(repeating: 10.0, count: rounds)
            return try #require(
                Ratio(Series(name: "noisy", noisy), to: Series(name: "steady", steady))
            )
        }
        let (few, many) = (try ratio(rounds: 20), try ratio(rounds: 2_000))
        for ratio in [few, many] { #expect((ratio.low...ratio.high).contains(ratio.value)) }
        #expect(few.high - few.low > 3 * (many.high - many.low))
        #expect((many.low...many.high).contains(1.2))
    }

    @Test func `the same measurements have the same interval`() {
        let series = Series(name: "squares", Self.base.sample.values.map { $0 * $0 })
        #expect(Ratio(series, to: Self.base) == Ratio(series, to: Self.base))
    }

    @Test func `only rounds that both took part in are compared`() throws {
        var seldom = Series(name: "every eighth round")
        for round in stride(from: 0, to: 40, by: 8) { seldom.append(5, round: round) }
        // In those rounds the base took 1, in all others 100.
        let base = Series(name: "base", (0..<40).map { $0 % 8 == 0 ? 1 : 100 })
        #expect(try #require(Ratio(seldom, to: base)).value == 5)
    }

    @Test(arguments: [4, 5]) func `a ratio of fewer than five rounds is none`(rounds: Int) {
        let series = Series(name: "ones", Array(repeating: 1, count: rounds))
        #expect((Ratio(series, to: series) != nil) == (rounds == 5))
    }

    @Test func `a base of nothing makes no ratio`() {
        let nothing = Series(name: "zeros", Array(repeating: 0, count: 10))
        #expect(Ratio(Self.base, to: nothing) == nil)
    }

    @Test(arguments: [99, 100]) func `a p99 has a ratio from a hundred rounds on`(
        rounds: Int
    ) throws {
        let series = Series(name: "rising", (1...rounds).map(Double.init))
        let ratio = Ratio(quantile: 0.99, toMedianOf: series)
        #expect((ratio != nil) == (rounds == 100))
        if let ratio { #expect(abs(ratio.value - 99.01 / 50.5) < 1e-9) }
    }
}

@Suite struct ArrivalsTests {
    @Test func `one seed makes one stream of arrivals`() {
        let times = Arrivals(perSecond: 50, seconds: 4, seed: 1).times
        #expect(times == Arrivals(perSecond: 50, seconds: 4, seed: 1).times)
        #expect(times != Arrivals(perSecond: 50, seconds: 4, seed: 2).times)
    }

    @Test func `arrivals ascend, and end with the time`() throws {
        let times = Arrivals(perSecond: 100, seconds: 10, seed: 3).times
        #expect(times == times.sorted())
        #expect(try #require(times.first) > 0)
        #expect(try #require(times.last) < 10)
    }

    @Test func `there are as many as the rate says, and gaps are exponential`() {
        let times = Arrivals(perSecond: 200, seconds: 100, seed: 4).times
        // Six standard deviations of a Poisson count.
        #expect(abs(Double(times.count) - 20_000) < 6 * 20_000.0.squareRoot())
        let gaps = zip(times.dropFirst(), times).map(-)
        let long = gaps.count { $0 > 1 / 200.0 }
        // Of exponential gaps, 1/e are longer than the mean.
        #expect(abs(Double(long) / Double(gaps.count) - 0.3679) < 0.02)
    }

    @Test(arguments: [0.0, -1]) func `without a rate nobody comes`(rate: Double) {
        #expect(Arrivals(perSecond: rate, seconds: 10, seed: 1).times.isEmpty)
    }
}
