import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Logging

/// Decides who is asking: by the credential where one is needed, by the address where none is.
struct CallerResolver: Sendable {
    private let authenticator: Authenticator
    private let plans: Plans
    private let addresses: ClientAddress
    private let allowsQueryKey: Bool

    init(
        store: any Store,
        plans: Plans,
        clock: WallClock,
        addresses: ClientAddress,
        allowsQueryKey: Bool
    ) {
        authenticator = Authenticator(store: store, plans: plans, clock: clock)
        self.plans = plans
        self.addresses = addresses
        self.allowsQueryKey = allowsQueryKey
    }

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
    /// A credential that does not hold is refused, so that nobody takes a stranger's limits for its
    /// own.
    func anyone(_ request: Request, _ context: APIContext) async throws -> Caller {
        try await credentialed(request, context) ?? stranger(request, context)
    }

    /// Whoever is behind the address, a credential or none.
    func stranger(_ request: Request, _ context: APIContext) -> Caller {
        let address = addresses.find(peer: context.peer, headers: request.headers)
        // A socket without addresses is this machine's own.
        return Caller(
            owner: .address(address?.quotaGroup ?? "local"),
            plan: plans.anonymous,
            scopes: [],
            keyID: nil
        )
    }

    /// - Returns: `nil` where no credential was sent.
    private func credentialed(_ request: Request, _ context: APIContext) async throws -> Caller? {
        let credential: String?
        do throws(CredentialError) {
            credential = try self.credential(request)
        } catch {
            context.logger.info("credential refused", metadata: ["reason": "\(error)"])
            throw APIError.unauthorized
        }
        guard let credential else { return nil }
        return try await caller(credential, context)
    }

    private func credential(_ request: Request) throws(CredentialError) -> String? {
        try Credentials.extract(
            authorization: request.headers[values: .authorization],
            apiKeyHeader: request.headers[values: .xAPIKey],
            query: request.uri.query,
            allowsQuery: allowsQueryKey
        )
    }

    private func caller(_ credential: String, _ context: APIContext) async throws -> Caller {
        do throws(AuthenticationError) {
            return try await authenticator.caller(credential: credential)
        } catch {
            // Why is for the operator alone: it would tell which keys exist.
            guard case .refused(let reason) = error else { throw error }
            context.logger.info("credential refused", metadata: ["reason": "\(reason)"])
            throw APIError.unauthorized
        }
    }
}
