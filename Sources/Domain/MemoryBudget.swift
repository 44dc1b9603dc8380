import Synchronization

/// The budget of memory for requests: bodies, queued programs, results and answers.
///
/// Bytes are taken before anything of that size is held, and given back with the last reference to
/// their ``MemoryLease``. The bounds are those of ``MemoryAccounts``.
public final class MemoryBudget: Sendable {
    private struct Waiter {
        let ticket: Int
        let bytes: Int
        let owner: Owner
        let continuation: CheckedContinuation<MemoryLease?, Never>
    }

    private struct State {
        var accounts: MemoryAccounts
        var waiters: [Waiter] = []
        var nextTicket = 0
        /// Called when bytes were given back.
        var onRoom: @Sendable () -> Void = {}
    }

    private let state: Mutex<State>

    public init(bytesMax: Int) {
        state = Mutex(State(accounts: MemoryAccounts(bytesMax: bytesMax)))
    }

    /// The bytes that are held now.
    public var bytes: Int { state.withLock(\.accounts.all) }

    /// Sets what is called when bytes were given back; it must not block.
    public func notify(_ onRoom: @escaping @Sendable () -> Void) {
        state.withLock { $0.onRoom = onRoom }
    }

    /// Whether the owner may take nothing more now.
    public func isFull(_ owner: Owner) -> Bool { state.withLock { $0.accounts.isFull(owner) } }

    /// Takes bytes if there is room for them now.
    public func leaseIfFree(_ bytes: Int, for owner: Owner) -> MemoryLease? {
        guard state.withLock({ $0.accounts.take(bytes, owner) }) else { return nil }
        return MemoryLease(bytes, of: owner, from: self)
    }

    /// Takes bytes that are in memory already, even above the bounds.
    public func force(_ bytes: Int, for owner: Owner) -> MemoryLease {
        state.withLock { $0.accounts.force(bytes, owner) }
        return MemoryLease(bytes, of: owner, from: self)
    }

    /// Takes bytes, in the order of arrival; waits at most `time` for room.
    /// - Returns: `nil` if the time has passed or the task was cancelled.
    public func lease(
        _ bytes: Int,
        for owner: Owner,
        within time: Duration
    ) async -> MemoryLease? {
        if let lease = leaseIfFree(bytes, for: owner) { return lease }
        let ticket = state.withLock { state in
            state.nextTicket += 1
            return state.nextTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                wait(Waiter(ticket: ticket, bytes: bytes, owner: owner, continuation: continuation))
                if Task.isCancelled { giveUp(ticket) }
                Task {
                    try? await Task.sleep(for: time)
                    giveUp(ticket)
                }
            }
        } onCancel: {
            giveUp(ticket)
        }
    }

    private func wait(_ waiter: Waiter) {
        let isFree = state.withLock { state in
            let isFree = state.accounts.take(waiter.bytes, waiter.owner)
            if !isFree { state.waiters.append(waiter) }
            return isFree
        }
        if isFree { grant(waiter) }
    }

    private func grant(_ waiter: Waiter) {
        waiter.continuation.resume(
            returning: MemoryLease(waiter.bytes, of: waiter.owner, from: self)
        )
    }

    private func giveUp(_ ticket: Int) {
        let waiter = state.withLock { state in
            state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
        }
        waiter?.continuation.resume(returning: nil)
    }

    fileprivate func giveBack(_ bytes: Int, of owner: Owner) {
        let (granted, onRoom) = state.withLock { state in
            state.accounts.giveBack(bytes, owner)
            // A waiter whose share is used up does not hold up those behind it.
            var granted: [Waiter] = []
            state.waiters.removeAll { waiter in
                guard state.accounts.take(waiter.bytes, waiter.owner) else { return false }
                granted.append(waiter)
                return true
            }
            return (granted, state.onRoom)
        }
        for waiter in granted { grant(waiter) }
        onRoom()
    }
}

/// A number of bytes of a ``MemoryBudget``, held until the last reference is gone.
public final class MemoryLease: Sendable {
    private let owner: Owner
    private let budget: MemoryBudget
    private let held: Mutex<Int>

    fileprivate init(_ bytes: Int, of owner: Owner, from budget: MemoryBudget) {
        self.owner = owner
        self.budget = budget
        held = Mutex(bytes)
    }

    deinit { shrink(to: 0) }

    /// Gives back the bytes above `bytes`.
    public func shrink(to bytes: Int) {
        let excess = held.withLock { held in
            let excess = max(0, held - bytes)
            held -= excess
            return excess
        }
        if excess > 0 { budget.giveBack(excess, of: owner) }
    }

    /// Gives back all bytes.
    /// - Returns: their number.
    public func giveBack() -> Int {
        let bytes = held.withLock(\.self)
        shrink(to: 0)
        return bytes
    }

    /// Takes more bytes, if there is room for them now.
    public func grow(to bytes: Int) -> Bool {
        held.withLock { held in
            guard bytes > held else { return true }
            guard budget.take(bytes - held, for: owner) else { return false }
            held = bytes
            return true
        }
    }
}

extension MemoryBudget {
    fileprivate func take(_ bytes: Int, for owner: Owner) -> Bool {
        state.withLock { $0.accounts.take(bytes, owner) }
    }
}
