import Domain
import JSON

/// A user, as the API shows it to the user itself.
struct UserPayload: Sendable {
    let user: User
    let memberships: [Membership]

    static let description = ObjectDescription<UserPayload>.answer(
        "User",
        "A person or an agent with an account.",
        [
            Field("id", \.user.id, .identifier("usr_")), Field("name", \.user.name, .name()),
            Field("email", \.user.email, .email), Field("image", \.user.image, orNull: .image),
            Field("created_at", \.user.createdAt, .timestamp()),
            Field("updated_at", \.user.updatedAt, .timestamp()),
            Field("organizations", \.memberships, .list("", of: .object(Membership.payload))),
        ]
    )
}

extension Membership {
    static let payload = ObjectDescription<Membership>.answer(
        "Membership",
        "An organization, as one of its users sees it.",
        [
            Field("id", \.organization.id, .organizationID()),
            Field("name", \.organization.name, .name()),
            Field("plan", \.organization.plan, .text()),
            Field("role", \.role, .choice("", Role.allCases)),
        ]
    )
}

struct UserChange: Sendable {
    var name: String?
    var image: Change<String>?

    static let description = ObjectDescription.request(
        "UserChange",
        "The changes.",
        from: UserChange(),
        [
            Field("name", \.name, optional: .name()), Field("image", \.image, clearable: .image),
        ]
    )
}
