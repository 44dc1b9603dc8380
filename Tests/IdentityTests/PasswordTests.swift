import Foundation
import Testing

@testable import Identity

/// A password of 128 characters, in which neighbouring characters differ.
private let longest = String(
    (0..<128).map { Array("aB3$kZ9!mQ2#xW7%".unicodeScalars)[$0 * 7 % 16] }.map(Character.init)
)

@Suite struct PasswordRuleTests {
    private func broken(_ password: String) throws -> [PasswordRule] {
        try #require(PasswordRules()).broken(by: password)
    }

    @Test(arguments: [
        "Difference-Engine-1837", "xK9#mQ2vL7pZ", "Correct Horse 9 battery", "éÉ3 plötzlich weit",
        longest,
    ])
    func `a password that keeps every rule is taken`(password: String) throws {
        #expect(try broken(password) == [])
    }

    @Test(
        arguments: [
            ("xK9#mQ2vL7p", [.length]),
            (longest + "z", [.length]),
            ("XK9#MQ2VL7PZ", [.lowercase]), ("xk9#mq2vl7pz", [.uppercase]),
            ("xKv#mQgvLkpZ", [.digit]), ("xK9wmQ2vL7pZ", [.symbol]),
        ] as [(String, [PasswordRule])]
    )
    func `a password is told the rule that it breaks`(
        password: String,
        rules: [PasswordRule]
    ) throws {
        #expect(try broken(password) == rules)
    }

    @Test(arguments: [
        "Password1234!", "P@ssw0rd1234!", "Qwertyuiop123!", "123!Welcome!123", "Summer2026!!",
        "Abcdefgh123!", "Aaaaaaaaaa1!",
    ])
    func `a common password is refused, whatever is put around it`(password: String) throws {
        #expect(try broken(password).contains(.uncommon))
    }

    @Test func `an empty password breaks the rules that it can break`() throws {
        let rules: [PasswordRule] = [.length, .lowercase, .uppercase, .digit, .symbol]
        #expect(try broken("") == rules)
    }

    @Test func `without a dictionary there are no rules`() {
        #expect(PasswordRules(dictionary: "/nowhere/dictionary") == nil)
    }

    @Test(arguments: [
        ("P@ssw0rd1234!", "password"), ("!!Summer!!", "summer"), ("123!Welcome!123", "welcome"),
        ("@dministrator1", "administrator"),
    ])
    func `the word in a password is found`(password: String, word: String) {
        #expect(PasswordRules.cores(of: password).contains(word))
    }

    @Test func `many can be judged at once`() async throws {
        let rules = try #require(PasswordRules())
        let verdicts = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 {
                let isGood = number.isMultiple(of: 2)
                let password = isGood ? "xK9#mQ2vL7pZ" : "Password1234!"
                group.addTask { rules.broken(by: password).isEmpty == isGood }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(verdicts.allSatisfy { $0 })
    }
}

@Suite struct PasswordHashTests {
    @Test func `a hash is read as it was written, and matches its password alone`() throws {
        let hash = try PasswordHash(of: "secret", cost: .cheap)
        let read = try #require(PasswordHash(text: hash.text))
        #expect(hash.text.hasPrefix("$scrypt$ln=4,r=1,p=1$"))
        #expect(try read.matches("secret"))
        #expect(try !read.matches("Secret"))
        #expect(try !read.matches(""))
    }

    // The values are from RFC 7914, section 12: the first half of the second vector.
    @Test func `the key is scrypt's`() throws {
        let key = "/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI="
        let hash = try #require(PasswordHash(text: "$scrypt$ln=10,r=8,p=16$TmFDbA==$" + key))
        #expect(try hash.matches("password"))
    }

    @Test func `two hashes of one password differ`() throws {
        let hashes = try (0..<2).map { _ in try PasswordHash(of: "x", cost: .cheap).text }
        #expect(Set(hashes).count == 2)
    }

    @Test func `letters with accents are the same however they were typed`() throws {
        let hash = try PasswordHash(of: "caf\u{e9}", cost: .cheap)
        #expect(try hash.matches("cafe\u{301}"))
    }

    @Test(arguments: [
        "", "x", "$scrypt$", "$scrypt$ln=4,r=1,p=1$AA==", "$argon2$ln=4,r=1,p=1$AA==$AA==",
        "$scrypt$ln=99,r=1,p=1$AA==$AA==", "$scrypt$ln=4,r=1,p=1$*$AA==",
    ])
    func `what is no hash is none`(text: String) {
        #expect(PasswordHash(text: text) == nil)
    }

    @Test func `nobody's password matches nothing`() async throws {
        let hasher = PasswordHasher(cost: .cheap)
        let caller = PasswordCaller(address: "a", isAddressKnown: false)
        #expect(try await hasher.matches("", stored: nil, for: caller) == false)
        let stored = try await hasher.hash("p", for: caller)
        #expect(try await hasher.matches("p", stored: stored, for: caller))
        #expect(try await hasher.matches("p", stored: "nonsense", for: caller) == false)
    }
}
