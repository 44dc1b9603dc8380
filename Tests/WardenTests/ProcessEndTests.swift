import Kernel
import Testing

@testable import Warden

@Suite struct ProcessEndTests {
    @Test(arguments: [(Int32(0), Int32(0)), (1 << 8, 1), (255 << 8, 255)] as [(Int32, Int32)])
    func `a wait status of an exit has the code`(status: Int32, code: Int32) {
        #expect(ProcessEnd(status: status) == .exited(code: code))
    }

    @Test(
        arguments: [(Int32(9), Int32(9)), (11, 11), (0x80 | 11, 11), (31, 31), (64, 64)]
            as [(Int32, Int32)]
    )
    func `a wait status of a signal has its number, core or not`(status: Int32, signal: Int32) {
        #expect(ProcessEnd(status: status) == .signaled(signal))
    }
}
