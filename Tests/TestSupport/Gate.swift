import Dispatch

/// A door at which threads wait until it is opened, for work that is not asynchronous.
public final class Gate: Sendable {
    private let door = DispatchSemaphore(value: 0)

    public init() {}

    public func open() { door.signal() }

    public func wait() {
        door.wait()
        door.signal()
    }
}
