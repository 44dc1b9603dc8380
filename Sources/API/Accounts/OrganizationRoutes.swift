import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// Organizations, their members, and their plans.
///
/// A user sees its own organizations, a key sees the one it belongs to, and an admin sees all. The
/// answer for any other organization is 404.
struct OrganizationRoutes: Sendable {
    let callers: CallerResolver
    let store: any AccountStore & DeliveryStore
    let plans: Plans
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.get, "organizations", .listOrganizations, list),
            Route(.get, "organizations/:id", .getOrganization, show),
            Route(.patch, "organizations/:id", .updateOrganization, update),
            Route(.get, "organizations/:id/webhook-secret", .getWebhookSecret, showSecret),
            Route(.post, "organizations/:id/webhook-secret", .replaceWebhookSecret, replaceSecret),
            Route(.get, "organizations/:id/members", .listMembers, listMembers),
            Route(.put, "organizations/:id/members/:user", .setMember, setMember),
            Route(.delete, "organizations/:id/members/:user", .removeMember, removeMember),
        ]
    }

    private func list(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .read(.organizations))
        let page = try QueryReader(request).page()
        if caller.isAdmin {
            let all = try await store.organizations(page: page)
            return Responses.envelope(all.json(page, \.json))
        }
        let own = try await visible(to: caller)
        let shown = Array(own.dropFirst(page.offset).prefix(page.limit))
        return Responses.envelope(Listing(elements: shown, total: own.count).json(page, \.json))
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .read(.organizations))
        return Responses.data(try await organization(context, caller).json)
    }

    private func update(_ request: Request, _ context: APIContext) async throws -> Response {
        let (caller, object) = try await callers.body(
            request,
            context,
            needing: .write(.organizations)
        )
        var organization = try await organization(context, caller, asOwner: true)
        let change = try OrganizationChange.description(plans: plans.names).decode(object)
        if let name = change.name { organization.name = name }
        if let plan = change.plan {
            guard caller.isAdmin else { throw APIError.forbidden(required: Scope.admin.name) }
            guard plans[plan] != nil else {
                let names = plans.names.joined(separator: ", ")
                throw APIError.field("plan", "must be one of: \(names)", value: .string(plan))
            }
            organization.plan = plan
        }
        guard try await store.update(organization) else { throw APIError.notFound("organization") }
        return Responses.data(organization.json)
    }

    /// The secret lets its holder forge callbacks, so reading it needs the scope for writing.
    private func showSecret(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.organizations))
        let organization = try await organization(context, caller, asOwner: true)
        let secret = try await store.webhookSecret(
            organization: organization.id,
            candidate: WebhookSecret.make()
        )
        return Responses.data(WebhookSecretPayload.description.encode(.init(secret: secret)))
    }

    private func replaceSecret(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.organizations))
        let organization = try await organization(context, caller, asOwner: true)
        let secret = WebhookSecret.make()
        try await store.replaceWebhookSecret(organization: organization.id, with: secret)
        return Responses.data(WebhookSecretPayload.description.encode(.init(secret: secret)))
    }

    private func listMembers(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .read(.organizations))
        let organization = try await organization(context, caller)
        let page = try QueryReader(request).page()
        let members = try await store.members(organization: organization.id, page: page)
        return Responses.envelope(members.json(page, \.json))
    }

    /// Changes a member's role.
    ///
    /// Nobody becomes a member by this; see ``InvitationRoutes``.
    private func setMember(_ request: Request, _ context: APIContext) async throws -> Response {
        let (caller, object) = try await callers.body(
            request,
            context,
            needing: .write(.organizations)
        )
        let organization = try await organization(context, caller, asOwner: true)
        let role = try MemberChange.description.decode(object).role
        let id = try context.identifier(of: "user", in: "user")
        let isMember = try await keepingAnOwner {
            try await store.setRole(role, user: id, organization: organization.id)
        }
        guard isMember, let member = try await store.member(id, organization: organization.id)
        else { throw APIError.notFound("member") }
        return Responses.data(member.json)
    }

    /// Removes a member: an owner may remove any member, and a member may remove itself.
    ///
    /// The member's keys are revoked at once.
    private func removeMember(_ request: Request, _ context: APIContext) async throws -> Response {
        let user = try context.identifier(of: "user", in: "user")
        var caller = try await callers.caller(request, context, needing: .read(.organizations))
        var isLeaving = false
        if case .session(_, user) = caller.credential { isLeaving = true }
        if !isLeaving {
            caller = try await callers.caller(request, context, needing: .write(.organizations))
        }
        let organization = try await organization(context, caller, asOwner: !isLeaving)
        let now = clock.now()
        let revoked = try await keepingAnOwner {
            try await store.removeMember(user: user, organization: organization.id, at: now)
        }
        guard let revoked else { throw APIError.notFound("member") }
        for key in revoked { context.underWay.end(key: key) }
        return Responses.data(RemovedMember.description.encode(.init(revokedKeys: revoked)))
    }

    private func keepingAnOwner<Value>(_ change: () async throws -> Value) async throws -> Value {
        do {
            return try await change()
        } catch is LastOwner {
            throw APIError(code: .conflict, message: "an organization must keep an owner")
        }
    }

    /// The organization of the path, if the caller sees it.
    private func organization(
        _ context: APIContext,
        _ caller: Caller,
        asOwner: Bool = false
    ) async throws -> Organization {
        let id = try context.identifier(of: "organization")
        return try await store.organization(id, visibleTo: caller, asOwner: asOwner)
    }

    private func visible(to caller: Caller) async throws -> [Organization] {
        if case .session(_, let user) = caller.credential {
            return try await store.memberships(user: user).map(\.organization)
        }
        guard let id = caller.organization else { return [] }
        return try await store.organization(id: id).map { [$0] } ?? []
    }
}
