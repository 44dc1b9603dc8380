import Testing

@testable import Benchmarks

@Suite struct SampleTests {
    @Test func `quantiles are interpolated between the nearest values`() {
        let sample = Sample([4, 1, 3, 2])
        #expect(sample.quantile(0) == 1)
        #expect(sample.quantile(0.25) == 1.75)
        #expect(sample.median == 2.5)
        #expect(sample.quantile(0.9) == 3.7)
        #expect(sample.quantile(1) == 4)
        #expect(sample.minimum == 1)
    }

    @Test(arguments: [0, 0.5, 0.99, 1])
    func `every quantile of one value is that value, and of none 0`(fraction: Double) {
        #expect(Sample([7]).quantile(fraction) == 7)
        #expect(Sample([]).quantile(fraction) == 0)
    }

    @Test func `a fraction outside of 0 to 1 is the nearest of the two`() {
        #expect(Sample([1, 2]).quantile(-3) == 1)
        #expect(Sample([1, 2]).quantile(3) == 2)
    }

    @Test(arguments: [(4, 0.5), (5, 0.5), (9, 0.9), (10, 0.9), (99, 0.99), (100, 0.99)])
    func `a quantile is quoted from where one value is expected beyond it`(
        count: Int,
        fraction: Double
    ) {
        let sample = Sample((1...count).map(Double.init))
        let isEnough = [5, 10, 100].contains(count)
        #expect(sample.quotable(fraction) == (isEnough ? sample.quantile(fraction) : nil))
    }
}

@Suite struct SwingTests {
    @Test func `a spread is measured from the median, both ways`() throws {
        let spread = try #require(Spread([100, 104, 97, 100, 100]))
        #expect(spread.median == 100)
        #expect(abs(spread.above - 0.04) < 1e-12)
        #expect(abs(spread.below - 0.03) < 1e-12)
        #expect(spread.widest == spread.above)
    }

    @Test(arguments: [(104, true), (106, false), (96, true), (94, false)])
    func `five hundredths either way are flat`(value: Double, isFlat: Bool) throws {
        let spread = try #require(Spread([100, 100, value]))
        #expect(spread.isWithin(0.05) == isFlat)
    }

    @Test func `nothing is said of one value, or of zeros`() {
        #expect(Spread([]) == nil)
        #expect(Spread([5]) == nil)
        #expect(Spread([0, 0, 0]) == nil)
    }
}

@Suite struct DeckTests {
    private func draws(_ count: Int, seed: UInt64) throws -> [String] {
        var deck = try #require(Deck([("a", 3), ("b", 1), ("c", 0)], seed: seed))
        return (0..<count).map { _ in deck.draw() }
    }

    @Test func `one seed makes one order`() throws {
        #expect(try draws(400, seed: 1) == draws(400, seed: 1))
        #expect(try draws(400, seed: 1) != draws(400, seed: 2))
    }

    @Test func `each pass through the deck has every card as often as it is there`() throws {
        let drawn = try draws(400, seed: 3)
        for pass in stride(from: 0, to: 400, by: 4) {
            #expect(drawn[pass..<(pass + 4)].sorted() == ["a", "a", "a", "b"])
        }
    }

    @Test func `a deck without cards is none`() {
        #expect(Deck([("a", 0)], seed: 1) == nil)
    }
}

@Suite struct SplitMixTests {
    /// The first numbers of the reference implementation, seeded with 1234567.
    @Test func `the generator is the published one`() {
        var generator = SplitMix(state: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
    }

    @Test func `fractions are from 0 up to but not including 1, and evenly so`() {
        var generator = SplitMix(state: 7)
        let fractions = (0..<10_000).map { _ in generator.nextFraction() }
        #expect(fractions.allSatisfy { (0..<1).contains($0) })
        #expect(abs(fractions.reduce(0, +) / 10_000 - 0.5) < 0.01)
    }
}
