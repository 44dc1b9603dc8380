import Synchronization

/// A first-in, first-out queue between a writer and one reader, bounded by its elements' weight.
///
/// A writing task waits for room in ``send(_:)``; a thread that must not wait uses
/// ``offer(_:whenRoom:)``. The reader iterates. When the reader's task or the channel is cancelled,
/// the channel drops its elements and everything that is written later.
public final class BoundedChannel<Element: Sendable>: AsyncSequence, Sendable {
    private let weightMax: Int
    private let weight: @Sendable (Element) -> Int
    private let state = Mutex(State())

    private typealias Reader = CheckedContinuation<Element?, Never>

    private struct State: Sendable {
        var elements: [(element: Element, weight: Int)] = []
        var weight = 0
        var isFinished = false
        var isCancelled = false
        var reader: Reader?
        var writers: [Int: CheckedContinuation<Void, Never>] = [:]
        var whenRoom: (@Sendable () -> Void)?
        var lastTicket = 0

        /// Removes and returns the writers that wait for room or for the end.
        mutating func takeWaiting() -> Waiting {
            defer { (writers, whenRoom) = ([:], nil) }
            return Waiting(writers: Array(writers.values), whenRoom: whenRoom)
        }
    }

    private struct Waiting: Sendable {
        var writers: [CheckedContinuation<Void, Never>] = []
        var whenRoom: (@Sendable () -> Void)?

        func resume() {
            for writer in writers { writer.resume() }
            whenRoom?()
        }
    }

    /// - Parameters:
    ///   - weightMax: the bound; there is room while the elements together weigh less.
    ///   - weight: returns the weight of one element, above 0.
    public init(weightMax: Int, weight: @escaping @Sendable (Element) -> Int) {
        self.weightMax = weightMax
        self.weight = weight
    }

    /// Puts an element in, and waits until there is room for the next one.
    ///
    /// A cancelled task does not wait.
    public func send(_ element: Element) async {
        if offer(element, whenRoom: nil) { return }
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { writer in
                let mustWait = state.withLock { state in
                    let isOpen = !state.isFinished && !state.isCancelled && !Task.isCancelled
                    guard isOpen, state.weight >= weightMax else { return false }
                    state.writers[ticket] = writer
                    return true
                }
                if !mustWait { writer.resume() }
            }
        } onCancel: {
            state.withLock { $0.writers.removeValue(forKey: ticket) }?.resume()
        }
    }

    /// Puts an element in, whether there is room or not.
    ///
    /// - Parameter whenRoom: called once there is room again, if there is none for another element.
    /// - Returns: whether there is room for another element.
    @discardableResult
    public func offer(_ element: Element, whenRoom: (@Sendable () -> Void)?) -> Bool {
        let weight = weight(element)
        let (reader, hasRoom): (Reader?, Bool) = state.withLock { state in
            guard !state.isFinished, !state.isCancelled else { return (nil, true) }
            if let reader = state.reader {
                state.reader = nil
                return (reader, true)
            }
            state.elements.append((element, weight))
            state.weight += weight
            let hasRoom = state.weight < weightMax
            if !hasRoom, let whenRoom { state.whenRoom = whenRoom }
            return (nil, hasRoom)
        }
        reader?.resume(returning: element)
        return hasRoom
    }

    /// Closes the channel for writing; the reader ends after the remaining elements.
    public func finish() {
        let (reader, waiting) = state.withLock { state in
            state.isFinished = true
            defer { state.reader = nil }
            return (state.reader, state.takeWaiting())
        }
        reader?.resume(returning: nil)
        waiting.resume()
    }

    /// Closes the channel for reading, and drops its elements.
    public func cancel() {
        let (reader, waiting) = state.withLock { state in
            state.isCancelled = true
            (state.elements, state.weight) = ([], 0)
            defer { state.reader = nil }
            return (state.reader, state.takeWaiting())
        }
        reader?.resume(returning: nil)
        waiting.resume()
    }

    public func makeAsyncIterator() -> Iterator { Iterator(channel: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let channel: BoundedChannel

        public func next() async -> Element? {
            await channel.next()
        }

        public func next(isolation actor: isolated (any Actor)?) async -> Element? {
            await channel.next()
        }
    }

    private func next() async -> Element? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { reader in
                let known: (element: Element?, waiting: Waiting)? = state.withLock { state in
                    if let first = state.elements.first {
                        state.elements.removeFirst()
                        state.weight -= first.weight
                        let hasRoom = state.weight < weightMax
                        return (first.element, hasRoom ? state.takeWaiting() : Waiting())
                    }
                    if state.isFinished || state.isCancelled { return (nil, Waiting()) }
                    state.reader = reader
                    return nil
                }
                guard let known else { return }
                reader.resume(returning: known.element)
                known.waiting.resume()
            }
        } onCancel: {
            cancel()
        }
    }
}
