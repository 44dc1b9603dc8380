import Domain
import JSON

extension Operation {
    static let listOrganizations = Operation(
        id: "listOrganizations",
        group: .organizations,
        summary: "List organizations",
        details: "Of a session, the user's organizations; of a key, its own; with `admin`, all.",
        access: .scope("organizations:read"),
        parameters: Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("Organization")),
                example: Example.organization
            )
        ]
    )

    static let getOrganization = Operation(
        id: "getOrganization",
        group: .organizations,
        summary: "Get an organization",
        access: .scope("organizations:read"),
        parameters: [.organization],
        answers: [
            Answer(
                status: 200,
                summary: "The organization",
                content: .data(.schema("Organization")),
                example: Example.organization
            )
        ]
    )

    static let updateOrganization = Operation(
        id: "updateOrganization",
        group: .organizations,
        summary: "Rename an organization, or change its plan",
        details: "A change of the plan needs the scope `admin`.",
        access: .scope("organizations:write"),
        parameters: [.organization],
        body: .json(schema: .schema("OrganizationChange"), example: ["name": "Analytical Engines"]),
        answers: [
            Answer(
                status: 200,
                summary: "The organization",
                content: .data(.schema("Organization")),
                example: Example.organization
            )
        ]
    )

    static let getWebhookSecret = Operation(
        id: "getWebhookSecret",
        group: .organizations,
        summary: "Get the secret that signs callbacks",
        access: .scope("organizations:write"),
        parameters: [.organization],
        answers: [
            Answer(
                status: 200,
                summary: "The secret",
                content: .data(.schema("WebhookSecret")),
                example: Example.webhookSecret
            )
        ]
    )

    static let replaceWebhookSecret = Operation(
        id: "replaceWebhookSecret",
        group: .organizations,
        summary: "Replace the secret that signs callbacks",
        details: "The new secret signs every later delivery, retries included.",
        access: .scope("organizations:write"),
        parameters: [.organization],
        answers: [
            Answer(
                status: 200,
                summary: "The new secret",
                content: .data(.schema("WebhookSecret")),
                example: Example.webhookSecret
            )
        ]
    )

    static let listMembers = Operation(
        id: "listMembers",
        group: .organizations,
        summary: "List members",
        access: .scope("organizations:read"),
        parameters: [.organization] + Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("Member")),
                example: Example.member
            )
        ]
    )

    static let setMember = Operation(
        id: "setMember",
        group: .organizations,
        summary: "Change a member's role",
        details: "Nobody becomes a member by this: invite users, and they accept.",
        access: .scope("organizations:write"),
        parameters: [.organization, .user],
        body: .json(schema: .schema("MemberChange"), example: ["role": "member"]),
        answers: [
            Answer(
                status: 200,
                summary: "The member",
                content: .data(.schema("Member")),
                example: Example.member
            )
        ],
        refusals: [.conflict]
    )

    static let removeMember = Operation(
        id: "removeMember",
        group: .organizations,
        summary: "Remove a member",
        details:
            "An owner removes members, and a member may leave. The last owner stays. The keys that the member made in the organization are revoked.",
        access: .scope("organizations:write"),
        parameters: [.organization, .user],
        answers: [
            Answer(
                status: 200,
                summary: "Removed",
                content: .data(.schema("RemovedMember")),
                example: Example.removedMember
            )
        ],
        refusals: [.conflict]
    )
}

extension Operation.Parameter {
    static let organization = Self(
        name: "id",
        place: .path,
        summary: "The organization's id",
        schema: Codec.organizationID().schema,
        isRequired: true
    )

    static let user = Self(
        name: "user",
        place: .path,
        summary: "The user's `id`",
        schema: .identifier("usr_"),
        isRequired: true
    )
}

extension Schemas {
    static let organizations = [
        Organization.payload.definition,
        Member.payload.definition, MemberChange.description.definition,
        RemovedMember.description.definition, WebhookSecretPayload.description.definition,
    ]
}
