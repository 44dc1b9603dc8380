import Domain
import JSON

extension Organization {
    static let payload = ObjectDescription<Organization>.answer(
        "Organization",
        "The owner of executions, projects, tasks and keys.",
        [
            Field("id", \.id, .organizationID()), Field("name", \.name, .name()),
            Field("plan", \.plan, .text()), Field("created_at", \.createdAt, .timestamp()),
        ]
    )

    var json: JSONValue { Self.payload.encode(self) }
}

struct OrganizationChange: Sendable {
    var name: String?
    var plan: String?

    /// - Parameter plans: the names of all plans.
    static func description(plans: [String]) -> ObjectDescription<OrganizationChange> {
        .request(
            "OrganizationChange",
            "The changes.",
            from: OrganizationChange(),
            [
                Field("name", \.name, optional: .name()),
                Field(
                    "plan",
                    \.plan,
                    // The reader accepts any name here: a caller that may not choose a plan is not
                    // told which plans exist.
                    optional: Codec.text(bytesMax: 64).documented(as: .choice("", plans))
                ),
            ]
        )
    }
}

extension Member {
    static let payload = ObjectDescription<Member>.answer(
        "Member",
        "A user, as its organization sees it.",
        [
            Field("user_id", \.user.id, .identifier("usr_")), Field("name", \.user.name, .name()),
            Field("role", \.role, .choice("", Role.allCases)),
            Field("since", \.since, .timestamp()),
        ]
    )

    var json: JSONValue { Self.payload.encode(self) }
}

struct MemberChange: Sendable {
    var role = Role.member

    static let description = ObjectDescription.request(
        "MemberChange",
        "A member's role.",
        from: MemberChange(),
        [Field("role", \.role, .choice("", Role.allCases, bytesMax: 64))]
    )
}

/// The outcome of a member's removal.
struct RemovedMember: Sendable {
    let revokedKeys: [String]

    static let description = ObjectDescription<RemovedMember>.answer(
        "RemovedMember",
        "The keys that were revoked with a member's removal.",
        [Field("revoked_keys", \.revokedKeys, .list("ids of keys", of: .identifier("key_")))]
    )
}

/// The secret that signs callbacks.
struct WebhookSecretPayload: Sendable {
    let secret: String

    static let description = ObjectDescription<WebhookSecretPayload>.answer(
        "WebhookSecret",
        "The secret that signs callbacks by Standard Webhooks.",
        [Field("secret", \.secret, .text(pattern: "^whsec_[0-9A-Za-z+/]+=*$"))]
    )
}
