import Foundation
import Kernel
import Testing

@testable import Warden

@Suite struct SpareNetworkTests {
    @Test func `nothing is made of a sort that nobody has asked for`() {
        let spares = SpareNetworks()
        #expect([spares.isWanting] == [false])
    }

    @Test(.enabled(if: geteuid() == 0, "only root makes networks"))
    func `what was asked for once is made ahead, and taken once`() {
        var spares = SpareNetworks()
        #expect(spares.take(isUp: false) == nil)
        for _ in 0..<SpareNetworks.countMax {
            #expect([spares.isWanting] == [true])
            spares.refill()
        }
        #expect([spares.isWanting] == [false])
        #expect(spares.take(isUp: true) == nil)
        #expect(spares.take(isUp: false)?.isUp == false)
        #expect(spares.take(isUp: false)?.isUp == false)
        #expect(spares.take(isUp: false) == nil)
    }

    @Test(.enabled(if: geteuid() == 0, "only root makes networks"), arguments: [false, true])
    func `it is another than the warden's, which goes back to its own`(isUp: Bool) throws {
        let before = try here()
        let network = try SpareNetwork(isUp: isUp, from: HomeNetwork())
        #expect(try here() == before)
        let inside = try network.around { () throws(KernelError) in
            (place: try? here(), isUp: isLoopbackUp)
        }
        #expect(inside.place != nil && inside.place != before)
        #expect(inside.isUp == isUp)
        #expect(try here() == before)
    }

    @Test(.enabled(if: geteuid() == 0, "only root makes networks"))
    func `the warden is back also where nothing could be cloned`() throws {
        let before = try here()
        let network = try SpareNetwork(isUp: false, from: HomeNetwork())
        #expect(throws: KernelError.self) {
            try network.around { () throws(KernelError) in
                throw KernelError(.clone, errno: Errno.noMemory)
            }
        }
        #expect(try here() == before)
    }

    /// The network namespace of this thread.
    private func here() throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")
    }

    private var isLoopbackUp: Bool {
        let routes = try? String(contentsOfFile: "/proc/thread-self/net/fib_trie", encoding: .utf8)
        return routes?.contains("127.0.0.1") ?? false
    }
}
