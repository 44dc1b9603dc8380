import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The keys of the caller's organization.
struct KeyRoutes: Sendable {
    static let scopesMax = 64
    static let scopeBytesMax = 64

    let callers: CallerResolver
    let store: any AccountStore
    let issuer: KeyIssuer
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.post, "api-keys", .createKey, create), Route(.get, "api-keys", .listKeys, list),
            Route(.get, "api-keys/:id", .getKey, show),
            Route(.delete, "api-keys/:id", .revokeKey, revoke),
        ]
    }

    private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let (caller, object) = try await callers.body(
            request,
            context,
            needing: .write(.organizations)
        )
        guard let organization = caller.organization else { throw APIError.unauthorized }
        let body = try NewKeyBody.description.decode(object)
        try Self.check(body.scopes, against: caller)
        let (key, secret) = try await create(body, by: caller, in: organization)
        return Responses.data(
            IssuedKeyPayload.description.encode(
                IssuedKeyPayload(secret: secret.plaintext, key: key)
            ),
            status: .created,
            headers: [.location: RouteTable.path("api-keys/" + key.id, like: request)]
        )
    }

    private func create(
        _ body: NewKeyBody,
        by caller: Caller,
        in organization: String
    ) async throws -> (key: APIKey, secret: KeySecret) {
        do {
            return try await issuer.create(
                name: body.name,
                scopes: body.scopes,
                organization: organization,
                user: try await maker(caller),
                expiresAt: try body.expiresAt?.after(clock.now(), at: "expires_at"),
                limit: caller.plan.holdings.keys
            )
        } catch let error as KeyIssueError {
            guard case .tooMany(let limit) = error else { throw error }
            throw APIError(
                code: .conflict,
                message: error.description,
                details: .init(limit: JSONValue(limit))
            )
        }
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.organizations)
        )
        let page = try QueryReader(request).page()
        let listing = try await store.keys(organization: organization, page: page)
        return Responses.envelope(listing.json(page, \.json))
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .read(.organizations)
        )
        return Responses.data(try await key(context, organization).json)
    }

    /// Revokes a key at once, and cancels the requests in progress that used it.
    private func revoke(_ request: Request, _ context: APIContext) async throws -> Response {
        let organization = try await callers.organization(
            request,
            context,
            needing: .write(.organizations)
        )
        var key = try await key(context, organization)
        let now = clock.now()
        _ = try await store.revokeKey(id: key.id, at: now)
        context.underWay.end(key: key.id)
        key.revokedAt = key.revokedAt ?? now
        return Responses.data(key.json)
    }

    private func key(_ context: APIContext, _ organization: String) async throws -> APIKey {
        let id = try context.identifier(of: "key")
        guard let issued = try await store.key(id: id), issued.key.organization == organization
        else { throw APIError.notFound("key") }
        return issued.key
    }

    /// Returns the user of a new key: the caller, or the user who created the caller's key.
    private func maker(_ caller: Caller) async throws -> String? {
        switch caller.credential {
        case .session(_, let user): user
        case .key(let id), .token(_, let id): try await store.key(id: id)?.key.user
        case .none: nil
        }
    }

    /// Refuses unknown scopes, and scopes that the creator itself lacks.
    private static func check(_ names: [String], against caller: Caller) throws(APIError) {
        let offenders = names.filter { Scope($0) == nil }
        guard offenders.isEmpty else { throw .invalidScopes(offenders) }
        let own = ScopeSet(caller.scopes)
        let lacking = names.first { name in Scope(name).map { !own.covers($0) } ?? true }
        if let lacking { throw .forbidden(required: lacking) }
    }
}

extension APIError {
    static func invalidScopes(_ offenders: [String]) -> APIError {
        let shown = offenders.map { shortened($0) }
        return APIError(
            code: .invalidScope,
            message: "unknown scopes: " + shown.joined(separator: ", "),
            details: Details(scopes: shown)
        )
    }
}
