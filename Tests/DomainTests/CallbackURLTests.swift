import Domain
import Testing

struct CallbackURLTests {
    @Test(arguments: [
        ("https://example.com", "example.com", 443),
        ("http://example.com/hook?a=b&c", "example.com", 80),
        ("HTTPS://Example.COM:8443/", "example.com", 8443), ("http://a:1", "a", 1),
        ("http://a:65535?x", "a", 65_535), ("http://127.0.0.1:8080/", "127.0.0.1", 8080),
        ("http://[::1]:9/x", "::1", 9), ("http://[2001:DB8::1]", "2001:db8::1", 80),
        ("http://example.com./", "example.com", 80), ("http://my_host-1/%20@/:80", "my_host-1", 80),
        ("http://1.example/", "1.example", 80),
        ("http://xn--bcher-kva.example/", "xn--bcher-kva.example", 80),
    ])
    func `a sound URL names its host and port`(text: String, host: String, port: Int) throws {
        let url = try CallbackURL(text)
        #expect(url.text == text)
        #expect(url.host == host || url.host == host + ".")
        #expect(Int(url.port) == port)
    }

    @Test(arguments: [
        "127.1", "0x7f.1", "0x7f.0.0.1", "0x7f000001", "0X7F000001", "2130706433", "017700000001",
        "0177.0.0.1", "127.0.0.01", "1.2.3.4.5", "256.0.0.1", "127.0.0.1.", "0x", "a.0x1",
        "[127.0.0.1]",
        "[::1%25lo]", "[fe80::1%eth0]", "[]", "[::1.2]", "[v1.x]",
    ])
    func `an address in an odd spelling is refused`(host: String) {
        #expect(throws: CallbackURLError.address) { try CallbackURL("http://\(host)/") }
    }

    @Test(arguments: [
        ("", CallbackURLError.scheme), ("example.com", .scheme), ("ftp://example.com/", .scheme),
        ("file:///etc/passwd", .scheme), ("gopher://a/", .scheme), ("://a", .scheme),
        ("http:/a", .scheme), ("http:a", .scheme), ("javascript:alert(1)//http://a", .scheme),
        ("http://", .host), ("http:///a", .host), ("http://?a", .host), ("http://:80/", .host),
        ("http://a..b/", .host), ("http://.a/", .host), ("http://./", .host), ("http://-a/", .host),
        ("http://a-/", .host), ("http://%61/", .host), ("http://a,b/", .host),
        ("http://[::1/", .host),
        ("http://u@a/", .credentials), ("http://u:p@a/", .credentials),
        ("http://@a/", .credentials),
        ("http://a#@b/", .fragment), ("http://a/#", .fragment), ("http://a:/", .port),
        ("http://a:0/", .port), ("http://a:65536/", .port), ("http://a:080000/", .port),
        ("http://a:+80/", .port), ("http://a:80:80/", .port), ("http://[::1]x/", .port),
        ("http://[::1]80/", .port), ("http://a b/", .character), (" http://a/", .character),
        ("http://a/\n", .character), ("http://a\\@b/", .character),
        ("http://bücher.example/", .character),
        ("http://a/[", .character), ("http://a/\u{7f}", .character), ("http://a/\0", .character),
    ])
    func `an unsound URL is refused by what is wrong with it`(text: String, error: CallbackURLError)
    {
        #expect(throws: error) { try CallbackURL(text) }
    }

    @Test(arguments: [(2_047, true), (2_048, true), (2_049, false)])
    func `a URL has at most 2048 bytes`(bytes: Int, isAccepted: Bool) {
        let start = "http://example.com/"
        let text = start + String(repeating: "a", count: bytes - start.utf8.count)
        #expect(((try? CallbackURL(text)) != nil) == isAccepted)
    }

    @Test(arguments: [(63, true), (64, false)])
    func `a label has at most 63 characters`(length: Int, isAccepted: Bool) {
        let label = String(repeating: "a", count: length)
        #expect(((try? CallbackURL("http://\(label).example/")) != nil) == isAccepted)
    }

    @Test(arguments: [(253, true), (254, false)])
    func `a host has at most 253 characters`(length: Int, isAccepted: Bool) {
        let labels = String(repeating: "abcdefghi.", count: 25)
        let host = labels + String(repeating: "a", count: length - labels.utf8.count)
        #expect(((try? CallbackURL("http://\(host)/")) != nil) == isAccepted)
    }

    @Test func `each refusal is said in words of its own`() {
        let texts = Set(CallbackURLError.allCases.map(\.description))
        #expect(texts.count == CallbackURLError.allCases.count)
    }
}
