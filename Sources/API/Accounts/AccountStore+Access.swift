import Domain
import Identity

extension AccountStore {
    /// Returns the user of a credential: for a session the user who signed in, for a key the user
    /// who made it.
    ///
    /// - Throws: not-found, also for a key that an operator made.
    func user(behind caller: Caller) async throws -> User {
        let id: String?
        switch caller.credential {
        case .session(_, let user): id = user
        case .key(let key), .token(_, let key): id = try await self.key(id: key)?.key.user
        case .none: id = nil
        }
        guard let id, let user = try await user(id: id) else { throw APIError.notFound("user") }
        return user
    }

    /// Returns an organization, if the caller sees it.
    ///
    /// - Parameter asOwner: whether the caller must be an owner of the organization; if it is not,
    ///   the answer is 403.
    func organization(
        _ id: String,
        visibleTo caller: Caller,
        asOwner: Bool = false
    ) async throws -> Organization {
        if caller.isAdmin {
            guard let found = try await organization(id: id) else {
                throw APIError.notFound("organization")
            }
            return found
        }
        if case .session(_, let user) = caller.credential {
            guard let membership = try await membership(user: user, organization: id) else {
                throw APIError.notFound("organization")
            }
            guard !asOwner || membership.role == .owner else {
                throw APIError.forbidden(required: Scope.write(.organizations).name)
            }
            return membership.organization
        }
        guard caller.organization == id, let found = try await organization(id: id) else {
            throw APIError.notFound("organization")
        }
        return found
    }
}

extension Caller {
    var isAdmin: Bool { scopes.contains(Scope.admin.name) }
}
