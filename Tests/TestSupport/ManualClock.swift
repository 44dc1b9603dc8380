public import Domain
public import Foundation
import Synchronization

/// A clock that moves when it is told to.
public final class ManualClock: Sendable {
    public static let start = Date(timeIntervalSince1970: 1_000_000_000)

    private let now: Mutex<Date>

    public init(_ date: Date = start) { now = Mutex(date) }

    public var wallClock: WallClock { WallClock { self.now.withLock { $0 } } }
    public var date: Date { now.withLock { $0 } }

    public func advance(seconds: Double) { now.withLock { $0.addTimeInterval(seconds) } }
}
