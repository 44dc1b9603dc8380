import Kernel
import Testing

@testable import JailInit

@Suite struct WatchCountTests {
    @Test func `watches are counted by file, however often it is open`() throws {
        let first = try Epoll()
        let second = try Epoll()
        let (many, few) = (try Descriptor.pipe().released(), try Descriptor.pipe().released())
        let again = try Descriptor.open("/proc/self/fd/\(many.first)")
        let copy = try Files.duplicate(many.first, atOrAbove: 3)
        defer {
            for number in [many.first, many.second, few.first, few.second, copy] {
                Descriptor.close(number)
            }
        }
        for number in [many.first, many.second, copy, again.number, few.first] {
            try first.add(number, .readable, token: 0)
        }
        try second.add(many.first, .readable, token: 0)
        let count = try WatchCount(of: [first.number, second.number])
        #expect(count.watches == 6)
        #expect(count.watchesOfFile(but: nil) == 5)
        #expect(try WatchCount(of: [second.number]).watchesOfFile(but: nil) == 1)
    }

    @Test func `files without an inode of their own are not one file`() throws {
        let instance = try Epoll()
        let first = try Waker()
        let second = try Waker()
        try instance.add(first.number, .readable, token: 0)
        try instance.add(second.number, .readable, token: 0)
        let count = try WatchCount(of: [instance.number])
        #expect(count.watches == 2)
        #expect(count.watchesOfFile(but: nil) == 2)
        #expect(count.watchesOfFile(but: try WatchCount.anonymousFile()) == 0)
    }

    @Test func `an instance that is gone is an error`() {
        #expect(throws: KernelError.self) { try WatchCount(of: [9_999]) }
    }
}
