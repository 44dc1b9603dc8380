import Foundation

/// The places of a credential in a request: `Authorization: Bearer <key>`, `Authorization: Token
/// <key>`, `Authorization: <key>`, `X-API-Key: <key>`, and `?apiKey=<key>` if the operator enables
/// it.
///
/// The same credential may be in two places. Two different credentials are refused, because a proxy
/// or a log in front of the server may use the one that the server ignores.
public enum Credentials {
    /// The maximum size of a credential in bytes.
    ///
    /// An access token that names every scope is less than half as long.
    public static let lengthMax = 4_096

    /// Returns the credential of a request, not yet verified.
    ///
    /// - Parameters:
    ///   - authorization: the value of every `Authorization` header.
    ///   - apiKeyHeader: the value of every `X-API-Key` header.
    ///   - query: the request's query as it was sent, percent-encoded, without the question mark.
    ///   - allowsQuery: whether `apiKey` in the query is read; if not, it is ignored.
    /// - Returns: `nil` if the request has no credential.
    /// - Throws: ``CredentialError``, which gets the same answer as an unknown key.
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

/// The reason why a request's credential is refused without a look-up.
///
/// The caller gets the same 401 as for any other invalid credential.
public enum CredentialError: Error, Sendable, Hashable {
    /// Two places have different credentials.
    case conflicting
    /// The credential is longer than ``Credentials/lengthMax``.
    case tooLong
    /// The credential is empty, of another scheme, or has characters that no credential has.
    case malformed
}
