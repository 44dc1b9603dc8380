import Foundation

/// How much of a long campaign a run of the tests goes through.
///
/// `make test` takes the short form of each. `make test-long` sets `QUICKSAND_LONG_TESTS`, and
/// takes the whole: before a release, and by everyone who changes what the campaign shows.
public enum Campaign {
    public static let isLong = ProcessInfo.processInfo.environment["QUICKSAND_LONG_TESTS"] == "1"

    public static func size<Value>(short: Value, long: Value) -> Value { isLong ? long : short }

    /// Every one of `elements`, or in the short form one in `stride`.
    public static func selection<Element>(of elements: [Element], oneIn stride: Int) -> [Element] {
        guard !isLong else { return elements }
        return elements.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }
}
