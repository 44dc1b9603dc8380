import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The routes for OAuth access tokens.
///
/// They are the client credentials grant (RFC 6749, 4.4), revocation (RFC 7009) and the public keys
/// (RFC 7517). An OAuth client is an API key: its id, and the key itself as the secret.
///
/// Refusals have the form of OAuth, not our envelope.
struct OAuthRoutes: Sendable {
    let authenticator: Authenticator
    let tokens: AccessTokens

    var routes: [Route] {
        [
            Route(.post, "oauth/token", .issueToken, issue),
            Route(.post, "oauth/revoke", .revokeToken, revoke),
            Route(.get, ".well-known/jwks.json", .listSigningKeys, keys),
        ]
    }

    private func issue(_ request: Request, _ context: APIContext) async throws -> Response {
        try await answering {
            let form = try await OAuthForm(request, context)
            guard let grant = form["grant_type"] else {
                throw OAuthError(.invalidRequest, "grant_type is required")
            }
            guard grant == "client_credentials" else {
                throw OAuthError(.unsupportedGrantType, "grant_type must be client_credentials")
            }
            let client = try await client(request, form, context)
            let scopes = try Self.scopes(form["scope"], of: client)
            let token = try await tokens.issue(for: client.key, scopes: scopes)
            return Responses.envelope(
                TokenPayload.description.encode(
                    TokenPayload(
                        text: token.text,
                        expiresInSeconds: token.expiresInSeconds,
                        scopes: scopes
                    )
                )
            )
        }
    }

    /// Answers 200 also if there is nothing to revoke, since the token is invalid afterwards in any
    /// case.
    private func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        try await answering {
            let form = try await OAuthForm(request, context)
            let client = try await client(request, form, context)
            guard let token = form["token"] else {
                throw OAuthError(.invalidRequest, "token is required")
            }
            if let statement = try await tokens.statement(token),
                statement.keyID == client.key.id
            {
                try await tokens.revoke(statement)
            }
            return Response(status: .ok)
        }
    }

    private func keys(_ request: Request, _ context: APIContext) async throws -> Response {
        let keys = KeySetPayload(keys: try await tokens.publicKeys())
        return Responses.envelope(
            KeySetPayload.description.encode(keys),
            headers: [.cacheControl: "public, max-age=300"]
        )
    }

    private func answering(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch let error as OAuthError {
            return error.response
        }
    }

    private func client(
        _ request: Request,
        _ form: OAuthForm,
        _ context: APIContext
    ) async throws -> IssuedKey {
        let (id, secret) = try form.client(request)
        do throws(AuthenticationError) {
            return try await authenticator.client(id: id, secret: secret)
        } catch {
            guard CallerResolver.refusal(error, context) is APIError else {
                if case .unavailable(let cause) = error { throw cause }
                throw error
            }
            throw OAuthError(.invalidClient, "the client is not known, or its key is not valid")
        }
    }

    /// Returns the requested scopes, or all scopes of the key if none are requested.
    private static func scopes(
        _ text: String?,
        of key: IssuedKey
    ) throws(OAuthError) -> Set<String> {
        guard let text, !text.isEmpty else { return key.scopes }
        let names = text.split(separator: " ").map(String.init)
        let own = ScopeSet(key.scopes)
        let beyond = names.filter { name in Scope(name).map { !own.covers($0) } ?? true }
        guard beyond.isEmpty, !names.isEmpty else {
            let list = beyond.map { APIError.shortened($0) }.joined(separator: " ")
            throw OAuthError(.invalidScope, "the key does not have: " + list)
        }
        return Set(names)
    }
}

/// A refusal in the form of OAuth (RFC 6749, 5.2).
struct OAuthError: Error {
    enum Code: String, CaseIterable {
        case invalidRequest = "invalid_request"
        case invalidClient = "invalid_client"
        case invalidScope = "invalid_scope"
        case unsupportedGrantType = "unsupported_grant_type"
    }

    let code: Code
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    var response: Response {
        let isClient = code == .invalidClient
        return Responses.envelope(
            Self.payload.encode(self),
            status: isClient ? .unauthorized : .badRequest,
            headers: isClient ? [.wwwAuthenticate: "Basic realm=\"quicksand\""] : [:]
        )
    }
}

/// The parameters of a request to an OAuth endpoint.
struct OAuthForm {
    private let values: [String: String]

    init(_ request: Request, _ context: APIContext) async throws {
        let body: JSONValue
        do {
            body = try await BodyReader.form(request, context)
        } catch let error as APIError
            where ![.payloadTooLarge, .overloaded].contains(error.code)
        {
            throw OAuthError(.invalidRequest, error.message)
        }
        guard case .object(let members) = body else {
            throw OAuthError(.invalidRequest, "the body must be a form")
        }
        values = members.reduce(into: [:]) { values, member in
            if case .string(let text) = member.value { values[member.name] = text }
        }
    }

    subscript(name: String) -> String? { values[name] }

    /// Returns the client's id and secret, from the form or from HTTP Basic.
    ///
    /// A request with both is refused.
    func client(_ request: Request) throws(OAuthError) -> (id: String, secret: String) {
        let headers = request.headers[values: .authorization]
        guard let header = headers.first else {
            guard let id = self["client_id"], let secret = self["client_secret"] else {
                throw OAuthError(.invalidClient, "client_id and client_secret are required")
            }
            return (id, secret)
        }
        guard headers.count == 1, self["client_secret"] == nil else {
            throw OAuthError(.invalidRequest, "the client credentials are given twice")
        }
        guard let pair = Self.basic(header) else {
            throw OAuthError(.invalidClient, "the Authorization header is not HTTP Basic")
        }
        guard self["client_id"] == nil || self["client_id"] == pair.id else {
            throw OAuthError(
                .invalidRequest,
                "client_id is not the one of the Authorization header"
            )
        }
        return pair
    }

    private static func basic(_ header: String) -> (id: String, secret: String)? {
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "basic",
            let data = Data(base64Encoded: String(words[1])),
            let text = String(validating: data, as: UTF8.self)
        else { return nil }
        let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, let id = sides[0].removingPercentEncoding,
            let secret = sides[1].removingPercentEncoding
        else { return nil }
        return (id, secret)
    }
}
