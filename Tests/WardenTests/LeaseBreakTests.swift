import Kernel
import Testing

@testable import Warden

@Suite struct LeaseBreakTests {
    @Test(arguments: [
        ("45\n", UInt64(45_000), UInt32(35_000)), ("15", 15_000, 5_000),
        ("86400\n", 86_400_000, 300_000), ("0\n", 600_000, 300_000),
    ])
    func `a program is parked until ten seconds before it would go on, five minutes at most`(
        setting: String,
        milliseconds: UInt64,
        life: UInt32
    ) throws {
        let leaseBreak = try LeaseBreak(setting: setting)
        #expect(leaseBreak.milliseconds == milliseconds)
        #expect(leaseBreak.lifeMilliseconds == life)
    }

    @Test(arguments: ["14\n", "1", "", "-45", "no number", "99999999999999999999"])
    func `where that is no time, none is parked`(setting: String) {
        #expect(throws: KernelError.self) { try LeaseBreak(setting: setting) }
    }
}
