import Synchronization
import TestSupport
import Testing

@testable import Domain

@Suite(.guardedAgainstHanging) struct MemoryBudgetTests {
    private let budget = MemoryBudget(bytesMax: 160)
    private let ada = Owner.organization("ada")
    private let bob = Owner.organization("bob")

    @Test func `the last reference gives back`() {
        var first = budget.leaseIfFree(30, for: ada)
        var second = first
        #expect(budget.leaseIfFree(30, for: ada) == nil)
        first = nil
        #expect(budget.bytes == 30)
        #expect(second != nil)
        second = nil
        #expect(budget.bytes == 0)
    }

    @Test func `a lease shrinks, grows within the share, and is given back`() throws {
        let lease = try #require(budget.leaseIfFree(30, for: ada))
        lease.shrink(to: 10)
        lease.shrink(to: 20)
        #expect(budget.bytes == 10)
        #expect(lease.grow(to: 35))
        #expect(!lease.grow(to: 41))
        #expect(budget.bytes == 35)
        #expect(lease.giveBack() == 35)
        #expect(budget.bytes == 0)
    }

    @Test func `who waits gets what is given back, and nobody waits for another's share`()
        async throws
    {
        var held = budget.leaseIfFree(40, for: ada)
        #expect(held != nil)
        async let waiting = budget.lease(30, for: ada, within: .seconds(3_600))
        // Bob's share is free, so he does not wait behind Ada.
        let bobs = await budget.lease(40, for: bob, within: .seconds(3_600))
        #expect(bobs != nil)
        held = nil
        #expect(await waiting != nil)
        _ = bobs
    }

    @Test func `a wait ends with its time, and with its task`() async throws {
        let held = budget.force(200, for: bob)
        #expect(await budget.lease(1, for: ada, within: .milliseconds(1)) == nil)
        let waiting = Task { await budget.lease(1, for: ada, within: .seconds(3_600)) }
        waiting.cancel()
        #expect(await waiting.value == nil)
        held.shrink(to: 0)
        #expect(await budget.lease(1, for: ada, within: .seconds(3_600)) != nil)
    }

    @Test func `the observer is told when there is room again`() {
        let told = Mutex(0)
        budget.notify { told.withLock { $0 += 1 } }
        let held = budget.force(200, for: ada)
        #expect(budget.isFull(ada))
        held.shrink(to: 150)
        held.shrink(to: 0)
        #expect(told.withLock(\.self) == 2)
        #expect(!budget.isFull(ada))
    }
}
