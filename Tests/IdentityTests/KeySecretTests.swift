import Foundation
import Testing

@testable import Identity

@Suite struct KeySecretTests {
    @Test func `a new key has its form and is read back as itself`() throws {
        let secret = KeySecret()
        #expect(secret.plaintext.wholeMatch(of: /sk_live_[0-9A-Za-z]{36}/) != nil)
        #expect(KeySecret(secret.plaintext) == secret)
        #expect(KeySecret() != secret)
    }

    @Test func `a key may start with any digit of its alphabet`() {
        let firsts = Set((0..<5_000).compactMap { _ in KeySecret().plaintext.dropFirst(8).first })
        #expect(firsts.count == 62)
    }

    // The values are the check values of the CRC catalogue, and the ends of the range.
    @Test(arguments: [("123456789", 0xCBF4_3926), ("", 0), ("a", 0xE8B7_BE43)])
    func `the checksum is zlib's CRC-32`(_ text: String, _ expected: UInt32) {
        #expect(CRC32.checksum(of: text.utf8) == expected)
    }

    @Test(arguments: [
        (0, "000000"), (1, "000001"), (10, "00000A"), (36, "00000a"), (61, "00000z"),
        (62, "000010"),
        (UInt32.max, "4gfFC3"),
    ])
    func `a checksum is written most significant digit first and padded`(
        _ value: UInt32,
        _ text: String
    ) {
        #expect(Base62.encode(value, digits: 6) == text)
    }

    @Test func `a checksum covers the prefix and the random characters`() {
        let body = "sk_live_" + String(repeating: "0", count: 30)
        let checksum = Base62.encode(CRC32.checksum(of: body.utf8), digits: 6)
        #expect(KeySecret(body + checksum)?.plaintext == body + checksum)
    }

    @Test func `any one character mistyped is noticed`() {
        let characters = Array(KeySecret().plaintext)
        for place in characters.indices {
            var typo = characters
            typo[place] = typo[place] == "x" ? "y" : "x"
            #expect(KeySecret(String(typo)) == nil)
        }
    }

    @Test func `a key of another length, prefix or alphabet is none`() {
        let text = KeySecret().plaintext
        let others = [
            "", "sk_live_", String(text.dropLast()), text + "0", " " + text, text + "\n",
            "sk_test_" + text.dropFirst(8), text.uppercased(), String(repeating: "é", count: 22),
            text.dropLast() + "\u{301}",
        ]
        for other in others { #expect(KeySecret(other) == nil, "\(other)") }
    }

    @Test func `the digest is SHA-256 of the whole key`() throws {
        let body = "sk_live_" + String(repeating: "0", count: 30)
        let secret = try #require(KeySecret(body + KeySecret.checksum(of: body)))
        #expect(secret.digest.count == 32)
        #expect(secret.digest == KeySecret(secret.plaintext)?.digest)
        #expect(secret.digest != KeySecret().digest)
    }

    @Test func `a key does not show its secret`() {
        let secret = KeySecret()
        var dumped = ""
        dump(secret, to: &dumped)
        let shown = [
            "\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)",
            dumped,
        ]
        for text in shown {
            #expect(!text.contains(secret.plaintext.dropFirst(8)))
            #expect(text.contains("redacted"))
        }
    }

    @Test func `a signing secret is what Standard Webhooks asks for`() throws {
        let secret = WebhookSecret.make()
        #expect(secret.hasPrefix("whsec_"))
        let bytes = try #require(Data(base64Encoded: String(secret.dropFirst(6))))
        #expect((24...64).contains(bytes.count))
        #expect(WebhookSecret.make() != secret)
    }
}
