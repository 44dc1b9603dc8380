import Testing

@testable import API

/// Which connection makes room, and which is refused.
@Suite struct ConnectionPoolTests {
    private var pool = ConnectionPool(bounds: .init(all: 4, perHolder: 3))

    private mutating func fill(_ holders: [String?], _ phase: ConnectionPool.Phase = .idle) {
        for (number, holder) in holders.enumerated() {
            #expect(pool.admit(number, of: holder) == .admitted(closing: nil))
            if phase != .idle { pool.enter(phase, number) }
        }
    }

    @Test mutating func `a holder at its bound makes room by its own oldest idle connection`() {
        fill(["a", "b", "a", "a"])
        pool.enter(.working, 0)
        #expect(pool.admit(4, of: "a") == .admitted(closing: 2))
        pool.enter(.arriving, 3)
        pool.enter(.working, 4)
        #expect(pool.admit(5, of: "a") == .refused(.holder))
    }

    @Test mutating func `the oldest idle connection of the largest holder makes room`() {
        fill(["b", "a", "a", "c"])
        #expect(pool.admit(4, of: "d") == .admitted(closing: 1))
        // All hold one now; use makes a connection younger.
        pool.enter(.working, 0)
        pool.enter(.idle, 0)
        #expect(pool.admit(5, of: "e") == .admitted(closing: 2))
    }

    @Test mutating func `a larger holder never displaces a smaller one`() {
        fill(["a", "a", "b", "c"])
        pool.enter(.working, 0)
        pool.enter(.working, 1)
        #expect(pool.admit(4, of: "a") == .refused(.all))
        #expect(pool.admit(5, of: "d") == .admitted(closing: 2))
    }

    @Test mutating func `a body that arrives makes room where its holder has more than one more`() {
        fill(["a", "a", "a", "b"], .arriving)
        #expect(pool.admit(4, of: "b") == .admitted(closing: 0))
        pool.enter(.arriving, 4)
        // Both hold two now.
        #expect(pool.admit(5, of: "b") == .refused(.all))
        #expect(pool.admit(6, of: "c") == .admitted(closing: 1))
        pool.enter(.arriving, 6)
        #expect(pool.admit(7, of: "d") == .admitted(closing: 3))
    }

    @Test mutating func `nobody's work makes room`() {
        fill(["a", "a", "a", "b"], .working)
        #expect(pool.admit(4, of: "c") == .refused(.all))
        pool.remove(1)
        #expect(pool.admit(5, of: "c") == .admitted(closing: nil))
        #expect(pool.count == 4)
    }

    @Test mutating func `who has shown a credential makes room last`() {
        fill(["a", "a", "a", "b"])
        for number in 0..<3 { pool.recognize(number) }
        #expect(pool.admit(4, of: "c") == .admitted(closing: 3))
        pool.enter(.working, 4)
        #expect(pool.admit(5, of: "d") == .admitted(closing: 0))
    }

    @Test mutating func `only the bound of all concerns a shared peer`() {
        fill([nil, nil, nil, nil])
        #expect(pool.admit(4, of: nil) == .admitted(closing: 0))
        #expect(pool.admit(5, of: "a") == .admitted(closing: 1))
    }
}
