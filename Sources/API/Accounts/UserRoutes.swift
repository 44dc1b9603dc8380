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
        return Responses.data(try await json(of: user(behind: caller)))
    }

    private func update(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.users))
        var user = try await user(behind: caller)
        let change = try UserChange.description.decode(
            try await BodyReader.object(request, context)
        )
        if let name = change.name { user.name = name }
        if let image = change.image { user.image = image.value }
        user.updatedAt = clock.now()
        try await store.update(user)
        return Responses.data(try await json(of: user))
    }

    /// - Throws: not-found, also for a key that an operator created.
    private func user(behind caller: Caller) async throws -> User {
        let id: String?
        switch caller.credential {
        case .session(_, let user): id = user
        case .key(let key), .token(_, let key): id = try await store.key(id: key)?.key.user
        case .none: id = nil
        }
        guard let id, let user = try await store.user(id: id) else {
            throw APIError.notFound("user")
        }
        return user
    }

    private func json(of user: User) async throws -> JSONValue {
        let memberships = try await store.memberships(user: user.id)
        return UserPayload.description.encode(
            UserPayload(user: user, memberships: memberships)
        )
    }
}
