import Foundation

/// Where a request may carry its credential: `Authorization: Bearer <key>`, `Authorization: Token
/// <key>`, `Authorization: <key>`, `X-API-Key: <key>`, and `?apiKey=<key>` where the operator
/// turned it on.
///
/// One credential in two places is fine; two credentials are refused, because whichever we took, a
/// proxy or a log in front of us may have taken the other.
public enum Credentials {
    /// In bytes, of the credential alone.
    ///
    /// An access token that names every scope has less than half of it.
    public static let lengthMax = 4_096

    /// The one credential of a request, not yet known to be good.
    ///
    /// - Parameters:
    ///   - authorization: the value of every `Authorization` header.
    ///   - apiKeyHeader: the value of every `X-API-Key` header.
    ///   - query: the request's query as it was sent, percent-encoded, without the question mark.
    ///   - allowsQuery: whether `apiKey` is looked for in it; where not, it is ignored.
    /// - Returns: `nil` where the request carries none.
    /// - Throws: ``CredentialError``, which is answered like an unknown key.
    public static func extract(
        authorization: [String],
        apiKeyHeader: [String],
        query: String?,
        allowsQuery: Bool
    ) throws(CredentialError) -> String? {
        var found: [String] = []
        for value in authorization { found.append(try fromAuthorization(value)) }
        for value in apiKeyHeader { found.append(try checked(trimmed(value))) }
        if allowsQuery, let query { found += try fromQuery(query) }
        guard let first = found.first else { return nil }
        guard found.allSatisfy({ $0 == first }) else { throw .conflicting }
        return first
    }

    private static func fromAuthorization(_ value: String) throws(CredentialError) -> String {
        let words = value.split(maxSplits: 1, whereSeparator: isBlank)
        switch words.count {
        case 1 where !isScheme(words[0]): return try checked(words[0])
        case 2 where isScheme(words[0]): return try checked(trimmed(words[1]))
        default: throw .malformed
        }
    }

    private static func fromQuery(_ query: String) throws(CredentialError) -> [String] {
        var found: [String] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            let sides = pair.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard decoded(sides[0]) == "apiKey" else { continue }
            guard sides.count == 2, let value = decoded(sides[1]) else { throw .malformed }
            found.append(try checked(value))
        }
        return found
    }

    private static func checked(_ credential: some StringProtocol) throws(CredentialError) -> String
    {
        guard credential.utf8.count <= lengthMax else { throw .tooLong }
        let isVisible = credential.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard !credential.isEmpty, isVisible else { throw .malformed }
        return String(credential)
    }

    private static func isScheme(_ word: some StringProtocol) -> Bool {
        ["bearer", "token"].contains(word.lowercased())
    }

    private static func isBlank(_ character: Character) -> Bool {
        character == " " || character == "\t"
    }

    private static func trimmed(_ value: some StringProtocol) -> String {
        value.trimmingCharacters(in: CharacterSet(charactersIn: " \t"))
    }

    private static func decoded(_ part: Substring.UTF8View) -> String? {
        String(Substring(part)).removingPercentEncoding
    }
}

/// Why a request's credential is not even looked up.
///
/// The caller hears the uniform refusal.
public enum CredentialError: Error, Sendable, Hashable {
    /// Two places carry different credentials.
    case conflicting
    /// Longer than ``Credentials/lengthMax``.
    case tooLong
    /// Empty, of another scheme, or with characters that no credential has.
    case malformed
}
