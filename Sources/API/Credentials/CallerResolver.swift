import Domain
import HTTPTypes
import Hummingbird
import Identity
import JSON
import Logging

/// Finds the caller of a request: by its credential where the route needs one, else by its address.
struct CallerResolver: Sendable {
    let authenticator: Authenticator
    let plans: Plans
    let addresses: ClientAddress
    let allowsQueryKey: Bool
    /// The time after which a body is late, and its caller is judged again.
    let promptly: Duration

    /// Returns the caller, whose credential must have the scope.
    func caller(
        _ request: Request,
        _ context: APIContext,
        needing scope: Scope
    ) async throws -> Caller {
        guard let caller = try await credentialed(request, context) else {
            throw APIError.unauthorized
        }
        let isDelete = request.method == .delete
        guard ScopeSet(caller.scopes).permits(scope, isDelete: isDelete) else {
            throw APIError.forbidden(required: scope.name)
        }
        return caller
    }

    /// Returns the caller, whose credential must have the scope, and the body of the request.
    ///
    /// The caller is judged again when the body has come: it may take half a minute, in which a key
    /// can be revoked and a member removed.
    func body(
        _ request: Request,
        _ context: APIContext,
        needing scope: Scope
    ) async throws -> (caller: Caller, object: JSONValue) {
        _ = try await caller(request, context, needing: scope)
        let object = try await BodyReader.object(request, context)
        return (try await caller(request, context, needing: scope), object)
    }

    /// Judges the caller again if the body came late.
    ///
    /// - Parameter start: when the caller was judged first.
    func judgeAgain(
        _ request: Request,
        _ context: APIContext,
        needing scope: Scope,
        since start: ContinuousClock.Instant
    ) async throws {
        guard start.duration(to: .now) > promptly else { return }
        _ = try await caller(request, context, needing: scope)
    }

    /// Returns the organization of the caller, whose credential must have the scope.
    func organization(
        _ request: Request,
        _ context: APIContext,
        needing scope: Scope
    ) async throws -> String {
        let caller = try await caller(request, context, needing: scope)
        guard let organization = caller.organization else { throw APIError.unauthorized }
        return organization
    }

    /// Returns the caller of the credential; its scopes do not matter.
    ///
    /// Without a credential the caller is anonymous.
    ///
    /// An invalid credential is refused, so that no caller mistakes the anonymous limits for its
    /// own.
    func anyone(_ request: Request, _ context: APIContext) async throws -> Caller {
        if let caller = try await credentialed(request, context) { return caller }
        return try stranger(request, context)
    }

    /// Returns the anonymous caller at the address; a credential is ignored.
    func stranger(_ request: Request, _ context: APIContext) throws(APIError) -> Caller {
        let caller = Caller(
            owner: .address(address(request, context)),
            plan: plans.anonymous,
            scopes: [],
            credential: .none
        )
        try context.charge(caller)
        context.caller.fill(caller)
        return caller
    }

    /// Returns the address by which anonymous callers are counted.
    func address(_ request: Request, _ context: APIContext) -> String {
        addresses.group(peer: context.peer, headers: request.headers)
    }

    /// Returns the origin of the request; `nil` if it names none.
    func origin(_ request: Request, _ context: APIContext) -> RequestOrigin? {
        let host = addresses.host(peer: context.peer, request: request.head)
        return RequestOrigin(request, to: host)
    }

    /// Returns the credential of the request, not yet verified.
    ///
    /// - Returns: `nil` if the request has no credential.
    func credential(_ request: Request, _ context: APIContext) throws -> String? {
        do throws(CredentialError) {
            let shown = try Credentials.extract(
                authorization: request.headers[values: .authorization],
                apiKeyHeader: request.headers[values: .xAPIKey],
                query: request.uri.query,
                allowsQuery: allowsQueryKey
            )
            if let shown { return shown }
        } catch {
            context.logger.info("credential refused", metadata: ["reason": "\(error)"])
            throw APIError.unauthorized
        }
        guard let cookie = SessionCookie.token(request) else { return nil }
        let isSafe = [.get, .head, .options].contains(request.method)
        guard isSafe || origin(request, context)?.isOwn == true else {
            throw APIError.foreignOrigin
        }
        return cookie
    }

    /// - Returns: `nil` if the request has no credential.
    private func credentialed(_ request: Request, _ context: APIContext) async throws -> Caller? {
        guard let credential = try credential(request, context) else { return nil }
        let caller: Caller
        do throws(AuthenticationError) {
            caller = try await authenticator.caller(
                credential: credential,
                organization: request.headers[.xOrganizationID]
            )
        } catch {
            throw Self.refusal(error, context)
        }
        try context.charge(caller)
        context.caller.fill(caller)
        return caller
    }

    /// The reason goes only into the operator's log: an answer with it would disclose which keys
    /// exist.
    static func refusal(_ error: AuthenticationError, _ context: APIContext) -> any Error {
        switch error {
        case .unavailable(let cause): return cause
        case .refused(let reason):
            context.logger.info("credential refused", metadata: ["reason": "\(reason)"])
            return APIError.unauthorized
        }
    }
}
