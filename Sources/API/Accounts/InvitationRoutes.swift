import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// Invitations into an organization, as its owners and as the invited users see them.
///
/// An invitation is made for an e-mail address, whether somebody has an account with it or not. The
/// answer is the same, so it discloses nothing.
struct InvitationRoutes: Sendable {
    let callers: CallerResolver
    let store: any AccountStore & InvitationStore
    let plans: Plans
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.get, "organizations/:id/invitations", .listInvitations, list),
            Route(.post, "organizations/:id/invitations", .createInvitation, create),
            Route(
                .delete,
                "organizations/:id/invitations/:invitation",
                .withdrawInvitation,
                withdraw
            ), Route(.get, "users/me/invitations", .listOwnInvitations, listOwn),
            Route(.post, "users/me/invitations/:id/accept", .acceptInvitation, accept),
            Route(.delete, "users/me/invitations/:id", .declineInvitation, decline),
        ]
    }

    private func create(_ request: Request, _ context: APIContext) async throws -> Response {
        let (caller, object) = try await callers.body(
            request,
            context,
            needing: .write(.organizations)
        )
        let organization = try await organization(context, caller)
        let body = try NewInvitation.description.decode(object)
        guard let email = body.email else { throw APIError.field("email", "is required") }
        let now = clock.now()
        let invitation = Invitation(
            id: Identifier.make(prefix: "inv_", at: now),
            organization: organization,
            email: email.text,
            role: body.role,
            inviter: try await inviter(caller),
            createdAt: now,
            expiresAt: now.addingTimeInterval(Invitation.lifetimeSeconds)
        )
        let members = plans[organization.plan]?.holdings.members ?? 0
        try await answering { try await store.insert(invitation, membersMax: members) }
        return Responses.data(invitation.json, status: .created)
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .read(.organizations))
        let organization = try await organization(context, caller)
        let page = try QueryReader(request).page()
        let listing = try await store.invitations(
            organization: organization.id,
            at: clock.now(),
            page: page
        )
        return Responses.envelope(listing.json(page, \.json))
    }

    private func withdraw(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.organizations))
        let organization = try await organization(context, caller)
        let invitation = try await store.withdrawInvitation(
            id: try context.identifier(of: "invitation", in: "invitation"),
            organization: organization.id,
            at: clock.now()
        )
        guard let invitation else { throw APIError.notFound("invitation") }
        return Responses.data(invitation.json)
    }

    private func listOwn(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .read(.users))
        let user = try await store.user(behind: caller)
        let page = try QueryReader(request).page()
        let listing = try await store.invitations(email: user.email, at: clock.now(), page: page)
        return Responses.envelope(listing.json(page, \.json))
    }

    private func accept(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.users))
        let user = try await store.user(behind: caller)
        let id = try context.identifier(of: "invitation")
        let membership = try await answering {
            try await store.acceptInvitation(id: id, by: user, at: clock.now())
        }
        guard let membership else { throw APIError.notFound("invitation") }
        return Responses.data(Membership.payload.encode(membership))
    }

    private func decline(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.users))
        let invitation = try await store.declineInvitation(
            id: try context.identifier(of: "invitation"),
            email: try await store.user(behind: caller).email,
            at: clock.now()
        )
        guard let invitation else { throw APIError.notFound("invitation") }
        return Responses.data(invitation.json)
    }

    /// The organization of the path, whose owner the caller must be.
    private func organization(
        _ context: APIContext,
        _ caller: Caller
    ) async throws -> Organization {
        let id = try context.identifier(of: "organization")
        return try await store.organization(id, visibleTo: caller, asOwner: true)
    }

    /// Returns the user whose invitation it is; `nil` for an admin, who need not be an owner.
    private func inviter(_ caller: Caller) async throws -> String? {
        if caller.isAdmin { return nil }
        switch caller.credential {
        case .session(_, let user): return user
        case .key(let id), .token(_, let id): return try await store.key(id: id)?.key.user
        case .none: return nil
        }
    }

    private func answering<Value>(_ change: () async throws -> Value) async throws -> Value {
        do {
            return try await change()
        } catch let refusal as InvitationRefusal {
            throw Self.error(refusal)
        }
    }

    private static func error(_ refusal: InvitationRefusal) -> APIError {
        switch refusal {
        case .isOpen:
            APIError(code: .conflict, message: "this e-mail address is invited already")
        case .members(let max):
            APIError(
                code: .conflict,
                message: "the plan's limit of \(max) members and invitations is used up",
                details: .init(limit: JSONValue(max))
            )
        case .memberships(let max):
            APIError(
                code: .conflict,
                message: "a user is in at most \(max) organizations",
                details: .init(limit: JSONValue(max))
            )
        case .inviterIsNoOwner: .forbidden(required: Scope.write(.organizations).name)
        }
    }
}
