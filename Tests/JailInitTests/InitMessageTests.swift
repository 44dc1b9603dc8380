import Kernel
import Testing
import Vocabulary
import WardenProtocol

@testable import JailInit

@Suite struct InitMessageTests {
    private static let reports: [InitReport] = [
        .built, .ended(ended(.exited(code: 7), [])), .ended(ended(.signaled(9), [101, -1])),
        .collected,
        .failed(Fault(site: "mount", errno: 1)), .parked,
    ]

    private static func ended(_ end: ProcessEnd, _ refusedCalls: [Int32]) -> EndedStage {
        let usage = ProcessUsage(cpuMicroseconds: 8, peakMemoryBytes: .max)
        return EndedStage(stage: 3, end: end, usage: usage, refusedCalls: refusedCalls)
    }

    @Test func `a report comes back as it was, and not where it is cut or followed by more`() throws
    {
        for report in Self.reports {
            let bytes = report.encoded()
            #expect(try InitReport(decoding: bytes).encoded() == bytes)
            for count in bytes.indices {
                #expect(throws: WireError.self) {
                    try InitReport(decoding: Array(bytes.prefix(count)))
                }
            }
            #expect(throws: WireError.trailingBytes) { try InitReport(decoding: bytes + [0]) }
        }
    }

    @Test func `an order comes back as it was, and not where it is cut`() throws {
        let limits = Limits { Int64($0.definition.code) }
        let stage = StageOrder(number: 5, limits: limits, program: [1, 2, 3], bringsFiles: true)
        let orders: [InitOrder] = [
            .build, .run(stage), .kill(6), .resume(stage),
            .park(stage, leaseMilliseconds: 45_000),
        ]
        for order in orders {
            let bytes = order.encoded()
            #expect(try InitOrder(decoding: bytes).encoded() == bytes)
            for count in bytes.indices {
                #expect(throws: WireError.self) {
                    try InitOrder(decoding: Array(bytes.prefix(count)))
                }
            }
        }
    }

    @Test(arguments: [UInt8(0), 7, 255])
    func `an unknown report is refused`(kind: UInt8) {
        #expect(throws: WireError.unknownValue) { try InitReport(decoding: [kind, 0, 0, 0, 0]) }
    }

    @Test func `no report that a hostile init could send is more than the warden reads`() {
        var bytes = InitReport.failed(Fault(site: "x", errno: 1)).encoded()
        bytes[1] = 255
        #expect(throws: WireError.truncated) { try InitReport(decoding: bytes) }
    }
}

@Suite struct JailIdentityTests {
    @Test func `a jail's two users follow each other, and are mapped one to one`() {
        let identity = JailIdentity.pair(host: 0x7000_0002)
        #expect(identity.programOutside == 0x7000_0003)
        #expect(identity.map == "0 1879048194 1\n1000 1879048195 1\n")
    }

    @Test func `an ordinary user's jails have that user alone`() {
        #expect(JailIdentity.shared.programOutside == nil)
        #expect(JailIdentity.shared.map == "1000 0 1\n")
    }
}
