import Testing

@testable import Domain

struct AddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
        ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
    ])
    func `an address is written as RFC 5952 says`(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.01",
        "1.2.3.256",
        "1.2.3.4.5", "1.2.3.", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\0", "[::1]", "fe80::1%eth0", ":::",
        "1::2::3", "::1.2.3", "12345::", "1:2:3:4:5:6:7", "١.2.3.4", "localhost",
    ])
    func `an odd spelling is no address`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `four or sixteen bytes are an address and no other number is`() {
        for count in 0...17 {
            let address = IPAddress(bytes: [UInt8](repeating: 1, count: count))
            #expect((address != nil) == (count == 4 || count == 16))
        }
    }

    @Test func `a mapped address stands for its IPv4 address`() throws {
        let mapped = try #require(IPAddress("::ffff:10.1.2.3"))
        #expect(!mapped.isIPv4)
        #expect(mapped.unmapped == IPAddress("10.1.2.3"))
        #expect(IPAddress("::10.1.2.3")?.unmapped.isIPv4 == false)
    }

    @Test(arguments: [
        ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1:aaaa::1", "2001:db8:0:1::/64"), ("2001:db8:0:1::", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::", "2001:db8:0:2::/64"),
    ])
    func `quota counts IPv6 addresses by their network`(text: String, group: String) {
        #expect(IPAddress(text)?.quotaGroup == group)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8/8",
        "10.0.0.0/+8", "10.1.0.0/8", "10.0.0.1/31", "::1/127", "::/129", "10/8", "fd00::/٨",
    ])
    func `a slip in a range is refused`(text: String) {
        #expect(CIDR(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0", true), ("10.0.0.0/8", "10.255.255.255", true),
        ("10.0.0.0/8", "9.255.255.255", false), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("172.16.0.0/12", "172.31.255.255", true),
        ("172.16.0.0/12", "172.32.0.0", false), ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("0.0.0.0/0", "::1", false),
        ("::/0", "2001:db8::1", true), ("::/0", "8.8.8.8", false), ("fe80::/10", "febf::1", true),
        ("fe80::/10", "fec0::1", false), ("::ffff:0:0/96", "::ffff:1.2.3.4", true),
    ])
    func `a range holds its addresses and no others`(
        range: String,
        text: String,
        isInside: Bool
    ) throws {
        let address = try #require(IPAddress(text))
        #expect(try #require(CIDR(range)).contains(address) == isInside)
    }
}

struct AddressPolicyTests {
    private let policy = AddressPolicy(allowing: []) { _ in false }

    @Test func `every range of the table is a range`() {
        #expect(AddressPolicy.specialTexts.allSatisfy { CIDR($0) != nil })
    }

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255", "192.0.1.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
        "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:200::1", "2a00:1450::1",
        "2003::1",
        "3ffe:ffff::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
    ])
    func `a public address may be called`(text: String) throws {
        #expect(policy.judgement(of: try #require(IPAddress(text))) == .permitted)
    }

    @Test(arguments: [
        "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200",
        "100.127.255.255", "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.0",
        "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255", "192.0.2.1",
        "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "224.0.0.0", "239.255.255.255", "240.0.0.0",
        "255.255.255.255",
    ])
    func `an IPv4 address that is not public is refused`(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(policy.judgement(of: address) == .refused)
        for prefix in ["::ffff:", "::", "64:ff9b::", "64:ff9b:1::", "2002:7f00:1::"] {
            let spelled = try #require(IPAddress(prefix + text))
            #expect(policy.judgement(of: spelled) == .refused)
        }
    }

    @Test(arguments: [
        "::", "::1", "::8.8.8.8", "100::1", "64:ff9b:1::808:808", "2001::1", "2001:2::1",
        "2001:10::1",
        "2001:20::1", "2001:1ff:ffff::", "2001:db8::1", "2002::1", "3fff::1", "3fff:fff:ffff::",
        "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1",
        "ff02::1",
    ])
    func `an IPv6 address that is not public is refused`(text: String) throws {
        #expect(policy.judgement(of: try #require(IPAddress(text))) == .refused)
    }

    @Test(arguments: ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::1111"])
    func `this machine's own public address is refused, unless the operator opens it`(
        text: String
    ) throws {
        let own = Set(["8.8.8.8", "2606:4700::1111"].compactMap(IPAddress.init))
        let address = try #require(IPAddress(text))
        let policy = AddressPolicy(allowing: [], isOwn: own.contains)
        #expect(policy.judgement(of: address) == .refused)
        let range = try #require(CIDR("\(address.unmapped)"))
        let open = AddressPolicy(allowing: [range], isOwn: own.contains)
        #expect(open.judgement(of: address) == .permitted)
        let other = try #require(IPAddress("8.8.4.4"))
        #expect(policy.judgement(of: other) == .permitted)
    }

    @Test func `where a public address may be this machine's own, nothing is settled`() throws {
        let range = try #require(CIDR("1.1.1.1"))
        let policy = AddressPolicy(allowing: [range]) { _ in nil }
        for (text, judgement): (String, AddressJudgement) in [
            ("8.8.8.8", .unknown), ("64:ff9b::808:808", .unknown), ("2606:4700::1111", .unknown),
            ("1.1.1.1", .permitted), ("10.0.0.1", .refused), ("64:ff9b::a00:1", .refused),
        ] {
            #expect(policy.judgement(of: try #require(IPAddress(text))) == judgement)
        }
    }

    @Test func `the operator can open a range and no more than that range`() throws {
        let open = AddressPolicy(allowing: [try #require(CIDR("127.0.0.0/8"))]) { _ in false }
        #expect(open.judgement(of: try #require(IPAddress("127.0.0.1"))) == .permitted)
        #expect(open.judgement(of: try #require(IPAddress("::ffff:127.0.0.1"))) == .permitted)
        #expect(open.judgement(of: try #require(IPAddress("::1"))) == .refused)
        #expect(open.judgement(of: try #require(IPAddress("10.0.0.1"))) == .refused)
    }
}
