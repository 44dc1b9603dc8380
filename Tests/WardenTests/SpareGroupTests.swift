import Testing

@testable import Warden

/// The pool of spare groups without a hierarchy, which shows only counts; EscapeTests check the
/// groups on a real machine.
@Suite struct SpareGroupTests {
    @Test func `as many are made as are kept, and one for each that is taken`() throws {
        let layout = CgroupLayout(absent: ())
        var spares = SpareGroups()
        for _ in 0..<SpareGroups.countMax {
            #expect([spares.isWanting] == [true])
            spares.refill(in: layout)
        }
        #expect([spares.isWanting] == [false])
        _ = try spares.take(from: layout)
        #expect([spares.isWanting] == [true])
    }

    @Test func `one that is asked for is made where there is none`() throws {
        let layout = CgroupLayout(absent: ())
        var spares = SpareGroups()
        _ = try spares.take(from: layout)
        let left = spares.drain()
        #expect(left.isEmpty)
    }

    @Test func `at the end all are given up`() {
        let layout = CgroupLayout(absent: ())
        var spares = SpareGroups()
        spares.refill(in: layout)
        let left = (spares.drain(), spares.drain())
        #expect((left.0.count, left.1.count) == (1, 0))
    }
}
