import Testing

@testable import Identity

@Suite struct DispatcherSecretTests {
    private static let shortest = "0123456789abcdef"

    @Test func `only the secret itself matches`() throws {
        let secret = try #require(DispatcherSecret(Self.shortest))
        #expect(secret.matches(Self.shortest))
        for other in ["", "0123456789abcdeF", "0123456789abcde", "0123456789abcdef "] {
            #expect(!secret.matches(other))
        }
    }

    @Test(arguments: [(0, false), (15, false), (16, true), (4_096, true), (4_097, false)])
    func `a secret has 16 to 4,096 characters`(length: Int, isSecret: Bool) {
        let text = String(repeating: "x", count: length)
        #expect((DispatcherSecret(text) != nil) == isSecret)
    }

    @Test(arguments: [" ", "\t", "\n", "é", "\u{7f}"])
    func `all of them are characters that a credential can have`(character: String) {
        #expect(DispatcherSecret(Self.shortest + character) == nil)
    }

    @Test func `a secret does not show itself`() throws {
        let secret = try #require(DispatcherSecret(Self.shortest))
        #expect("\(secret)" == "[redacted]")
    }
}
