import Domain
import Identity
import JSON

extension Invitation {
    static let payload = ObjectDescription<Invitation>.answer(
        "Invitation",
        "An offer of a membership, which a user with the e-mail address may accept.",
        [
            Field("id", \.id, .identifier("inv_")),
            Field("organization_id", \.organization.id, .organizationID()),
            Field("organization_name", \.organization.name, .name()),
            Field("email", \.email, .email), Field("role", \.role, .choice("", Role.allCases)),
            Field("created_at", \.createdAt, .timestamp()),
            Field("expires_at", \.expiresAt, .timestamp()),
        ]
    )

    var json: JSONValue { Self.payload.encode(self) }
}

struct NewInvitation: Sendable {
    var email: EmailAddress?
    var role = Role.member

    static let description = ObjectDescription.request(
        "NewInvitation",
        "Who is invited, and as what.",
        from: NewInvitation(),
        required: ["email"],
        [
            Field("email", \.email, optional: .address),
            Field("role", \.role, .choice("", Role.allCases, bytesMax: 64)),
        ]
    )
}
