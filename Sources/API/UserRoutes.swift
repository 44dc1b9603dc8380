import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Identity

/// The user behind a credential: of a session the one who signed in, of a key the one who made it.
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
        return Answer.data(try await json(of: user(behind: caller)))
    }

    private func update(_ request: Request, _ context: APIContext) async throws -> Response {
        let caller = try await callers.caller(request, context, needing: .write(.users))
        var user = try await user(behind: caller)
        let body = try await BodyReader.object(request)
        let fields = try Fields(body, known: ["name", "image"])
        if let name = try fields.optionalName("name") { user.name = name }
        if let image = try image(fields) {
            user.image = image
        } else if body["image"] == .null {
            user.image = nil
        }
        user.updatedAt = clock.now()
        try await store.update(user)
        return Answer.data(try await json(of: user))
    }

    private func image(_ fields: Fields) throws(APIError) -> String? {
        guard let text = try fields.string("image", bytesMax: CallbackURL.bytesMax) else {
            return nil
        }
        do throws(CallbackURLError) {
            return try CallbackURL(text).text
        } catch {
            throw .field("image", "\(error)", value: .string(text))
        }
    }

    /// - Throws: also where the credential is a key that an operator made.
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
        return [
            "id": .string(user.id), "name": .string(user.name), "email": .string(user.email),
            "image": JSONValue(user.image), "created_at": JSONValue(user.createdAt),
            "updated_at": JSONValue(user.updatedAt),
            "organizations": .array(
                memberships.map { membership in
                    [
                        "id": .string(membership.organization.id),
                        "name": .string(membership.organization.name),
                        "plan": .string(membership.organization.plan),
                        "role": .string(membership.role.rawValue),
                    ]
                }
            ),
        ]
    }
}
