/// The generator SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
///
/// The caller gives the seed, so that a benchmark does the same in every run.
struct SplitMix: RandomNumberGenerator, Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 up to but not including 1, of 53 bits.
    mutating func nextFraction() -> Double { Double(next() >> 11) * 0x1p-53 }
}
