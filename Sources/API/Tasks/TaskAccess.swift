import Domain
import HTTPTypes
import Hummingbird
import Identity

/// The tasks that a caller may reach.
enum TaskReach: Sendable {
    /// The tasks of the caller's organization.
    case own(Caller, organization: String)
    /// The caller has the dispatcher's secret.
    case everybodys

    /// `nil` is everybody's.
    var organization: String? {
        if case .own(_, let organization) = self { organization } else { nil }
    }
}

/// Decides who may see and order tasks: a key with the scope, or the secret that the dispatcher
/// shares with this server, which opens nothing else.
struct TaskAccess: Sendable {
    let callers: CallerResolver
    /// `nil` where there is none.
    let secret: DispatcherSecret?
    let store: any Store
    let plans: Plans

    func reach(
        _ request: Request,
        _ context: APIContext,
        needing scope: Scope
    ) async throws -> TaskReach {
        if let secret, let credential = try callers.credential(request, context),
            secret.matches(credential)
        {
            return .everybodys
        }
        let caller = try await callers.caller(request, context, needing: scope)
        guard let organization = caller.organization else { throw APIError.unauthorized }
        return .own(caller, organization: organization)
    }

    /// The plan that the organization is on now.
    func plan(of organization: String) async throws -> Plan {
        guard let known = try await store.organization(id: organization) else {
            throw APIError.notFound("organization")
        }
        guard let plan = plans[known.plan] else { throw PlanGone(name: known.plan) }
        return plan
    }

    /// A caller that names an organization, which only the secret's holder may.
    static func checkNaming(_ isNamed: Bool, _ reach: TaskReach) throws(APIError) {
        guard isNamed, case .own = reach else { return }
        throw APIError(
            code: .forbidden,
            message: "organization_id needs the dispatcher's secret",
            details: .init(field: "organization_id")
        )
    }

    /// Large enough for the sources of any plan: whose request it is stands in the body.
    var largestPlan: Plan {
        plans.names.compactMap { plans[$0] }
            .max { $0.ceilings[.sourceBytes] < $1.ceilings[.sourceBytes] } ?? plans.anonymous
    }
}

/// The operator's limits no longer have the plan of an organization.
struct PlanGone: Error {
    let name: String
}
