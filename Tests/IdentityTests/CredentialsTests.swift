import Testing

@testable import Identity

@Suite struct CredentialsTests {
    private func extract(
        _ authorization: [String] = [],
        apiKey: [String] = [],
        query: String? = nil,
        allowsQuery: Bool = true
    ) throws(CredentialError) -> String? {
        try Credentials.extract(
            authorization: authorization,
            apiKeyHeader: apiKey,
            query: query,
            allowsQuery: allowsQuery
        )
    }

    @Test func `a request without a credential has none`() throws {
        #expect(try extract() == nil)
        #expect(try extract(query: "") == nil)
        #expect(try extract(query: "limit=2&apikey=k&APIKEY=k&xapiKey=k") == nil)
    }

    @Test(arguments: [
        "Bearer k", "bearer k", "BEARER k", "Token k", "tOKEN k", "k", "  k\t", "Bearer   k ",
        "Bearer\tk",
    ])
    func `the Authorization header carries a key with or without a scheme`(_ value: String) throws {
        #expect(try extract([value]) == "k")
    }

    @Test func `the key's own header and the query carry it too`() throws {
        #expect(try extract(apiKey: ["k"]) == "k")
        #expect(try extract(apiKey: [" k "]) == "k")
        #expect(try extract(query: "limit=2&apiKey=k&offset=1") == "k")
        #expect(try extract(query: "api%4Bey=%6B") == "k")
    }

    @Test func `the query is ignored where the operator did not turn it on`() throws {
        #expect(try extract(query: "apiKey=k", allowsQuery: false) == nil)
        #expect(try extract(["Bearer j"], query: "apiKey=k", allowsQuery: false) == "j")
    }

    @Test(arguments: [
        "", " ", "Bearer", "Token ", "Basic dXNlcjpwYXNz", "Bearer a b", "a b", "Bearer \u{7F}",
        "k\u{0}",
        "Bearer clé",
    ])
    func `a header that carries no credential is refused`(_ value: String) {
        #expect(throws: CredentialError.malformed) { try extract([value]) }
    }

    @Test func `an empty key in its own header or in the query is refused`() {
        #expect(throws: CredentialError.malformed) { try extract(apiKey: [""]) }
        #expect(throws: CredentialError.malformed) { try extract(apiKey: ["a b"]) }
        for query in ["apiKey", "apiKey=", "apiKey=%00", "apiKey=%", "apiKey=%FF"] {
            #expect(throws: CredentialError.malformed, "\(query)") { try extract(query: query) }
        }
    }

    @Test func `one credential in several places is one`() throws {
        #expect(try extract(["Bearer k", "k"], apiKey: ["k"], query: "apiKey=k&apiKey=k") == "k")
    }

    @Test func `two credentials that disagree are refused, wherever they are`() {
        #expect(throws: CredentialError.conflicting) { try extract(["Bearer k", "Bearer j"]) }
        #expect(throws: CredentialError.conflicting) { try extract(["Bearer k"], apiKey: ["j"]) }
        #expect(throws: CredentialError.conflicting) { try extract(apiKey: ["k", "K"]) }
        #expect(throws: CredentialError.conflicting) {
            try extract(["Bearer k"], query: "apiKey=j")
        }
        #expect(throws: CredentialError.conflicting) { try extract(query: "apiKey=k&apiKey=j") }
    }

    @Test(arguments: [4_095, 4_096])
    func `a credential up to the longest is taken`(_ length: Int) throws {
        let key = String(repeating: "k", count: length)
        #expect(try extract(["Bearer " + key]) == key)
        #expect(try extract(apiKey: [key]) == key)
        #expect(try extract(query: "apiKey=" + key) == key)
    }

    @Test func `a longer credential is refused`() {
        let key = String(repeating: "k", count: 4_097)
        #expect(throws: CredentialError.tooLong) { try extract(["Bearer " + key]) }
        #expect(throws: CredentialError.tooLong) { try extract([key]) }
        #expect(throws: CredentialError.tooLong) { try extract(apiKey: [key]) }
        #expect(throws: CredentialError.tooLong) { try extract(query: "apiKey=" + key) }
    }
}
