import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import JSON

/// The user of a credential: for a session the user who signed in, for a key the user who created
/// it.
struct UserRoutes: Sendable {
    let callers: CallerResolver
    let store: any AccountStore
    let clock: WallClock

    var routes: [Route] {
        [
            Route(.get, "users/me", .getUser, show), Route(.patch, "users/me", .updateUser, update),
        ]
    }

    private func show(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .read(.users))
        return Responses.data(try await json(of: store.user(behind: caller)))
    }

    private func update(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.users))
        var user = try await store.user(behind: caller)
        let change = try UserChange.description.decode(
            try await BodyReader.object(request, context)
        )
        if let name = change.name { user.name = name }
        if let image = change.image { user.image = image.value }
        user.updatedAt = clock.now()
        try await store.update(user)
        return Responses.data(try await json(of: user))
    }

    private func json(of user: User) async throws -> JSONValue {
        let memberships = try await store.memberships(user: user.id)
        return UserPayload.description.encode(
            UserPayload(user: user, memberships: memberships)
        )
    }
}
