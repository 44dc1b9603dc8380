import Domain
import HTTPTypes
import Hummingbird
import Identity
import Logging

/// Decides who is asking: by the credential where one is needed, by the address where none is.
struct CallerResolver: Sendable {
    let authenticator: Authenticator
    let plans: Plans
    let addresses: ClientAddress
    let allowsQueryKey: Bool

    /// A caller with a credential that has the scope.
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

    /// The organization of such a caller.
    func organization(
        _ request: Request,
        _ context: APIContext,
        needing scope: Scope
    ) async throws -> String {
        let caller = try await caller(request, context, needing: scope)
        guard let organization = caller.organization else { throw APIError.unauthorized }
        return organization
    }

    /// The caller of the credential, whatever its scopes, or a stranger where there is no
    /// credential.
    ///
    /// An invalid credential is refused, so that no caller mistakes the anonymous limits for its
    /// own.
    func anyone(_ request: Request, _ context: APIContext) async throws -> Caller {
        try await credentialed(request, context) ?? stranger(request, context)
    }

    /// The anonymous caller at the address, whatever the credential.
    func stranger(_ request: Request, _ context: APIContext) -> Caller {
        let caller = Caller(
            owner: .address(address(request, context)),
            plan: plans.anonymous,
            scopes: [],
            credential: .none
        )
        context.caller.fill(caller)
        return caller
    }

    /// From where the request comes, as strangers are counted.
    func address(_ request: Request, _ context: APIContext) -> String {
        // A socket without addresses is this machine's own.
        addresses.find(peer: context.peer, headers: request.headers)?.quotaGroup ?? "local"
    }

    /// The credential that the request shows, not yet verified.
    ///
    /// - Returns: `nil` where it shows nothing.
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
        guard isSafe || RequestOrigin(request)?.isOwn == true else {
            throw APIError.foreignOrigin
        }
        return cookie
    }

    /// - Returns: `nil` where no credential was sent.
    private func credentialed(_ request: Request, _ context: APIContext) async throws -> Caller? {
        guard let credential = try credential(request, context) else { return nil }
        do throws(AuthenticationError) {
            let caller = try await authenticator.caller(
                credential: credential,
                organization: request.headers[.xOrganizationID]
            )
            context.caller.fill(caller)
            return caller
        } catch {
            throw Self.refusal(error, context)
        }
    }

    /// Why is for the operator alone: it would tell which keys exist.
    static func refusal(_ error: AuthenticationError, _ context: APIContext) -> any Error {
        switch error {
        case .unavailable(let cause): return cause
        case .refused(let reason):
            context.logger.info("credential refused", metadata: ["reason": "\(reason)"])
            return APIError.unauthorized
        }
    }
}
