import Domain
import HTTPTypes
import Hummingbird
import Identity

/// The tasks that a caller may see and change.
enum TaskReach: Sendable {
    /// The tasks of the caller's organization.
    case own(Caller, organization: String)
    /// The caller has the dispatcher's secret.
    case everybodys

    /// The organization of the tasks; `nil` means all organizations.
    var organization: String? {
        if case .own(_, let organization) = self { organization } else { nil }
    }
}

/// Decides whether a caller may see and create tasks.
///
/// It needs a key with the scope, or the secret that the dispatcher shares with this server; the
/// secret permits nothing else.
struct TaskAccess: Sendable {
    let callers: CallerResolver
    /// The dispatcher's secret; `nil` if the operator set no secret.
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
            context.caller.fillWithDispatcher()
            try context.chargeDispatcher(under: largestPlan)
            return .everybodys
        }
        let caller = try await callers.caller(request, context, needing: scope)
        guard let organization = caller.organization else { throw APIError.unauthorized }
        return .own(caller, organization: organization)
    }

    /// Returns the current plan of the organization.
    func plan(of organization: String) async throws -> Plan {
        guard let known = try await store.organization(id: organization) else {
            throw APIError.notFound("organization")
        }
        guard let plan = plans[known.plan] else { throw PlanGone(name: known.plan) }
        return plan
    }

    /// Refuses `organization_id` from a caller without the dispatcher's secret.
    static func checkNaming(_ isNamed: Bool, _ reach: TaskReach) throws(APIError) {
        guard isNamed, case .own = reach else { return }
        throw APIError(
            code: .forbidden,
            message: "organization_id needs the dispatcher's secret",
            details: .init(field: "organization_id")
        )
    }

    /// The plan with the highest ceiling for sources.
    ///
    /// It limits the body until the body has been read, since the body names the organization.
    var largestPlan: Plan {
        plans.names.compactMap { plans[$0] }
            .max { $0.ceilings[.sourceBytes] < $1.ceilings[.sourceBytes] } ?? plans.anonymous
    }
}

/// The error for an organization whose plan is missing from the operator's limits.
struct PlanGone: Error {
    let name: String
}
