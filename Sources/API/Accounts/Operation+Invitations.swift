import Domain
import JSON

extension Operation {
    static let createInvitation = Operation(
        id: "createInvitation",
        group: .organizations,
        summary: "Invite somebody",
        details: """
            Whoever has an account with the e-mail address, now or later, sees the invitation and \
            may accept it within 14 days. The answer is the same whether there is such an account \
            or not. Above the plan's `members`, which counts members and invitations, and for an \
            address that is invited already, the answer is 409. An owner who is removed or \
            becomes a mere member loses its invitations.
            """,
        access: .scope("organizations:write"),
        parameters: [.organization],
        body: .json(
            schema: .schema("NewInvitation"),
            example: ["email": "grace@example.com", "role": "member"]
        ),
        answers: [
            Answer(
                status: 201,
                summary: "The invitation",
                content: .data(.schema("Invitation")),
                example: Example.invitation
            )
        ],
        refusals: [.conflict],
        cost: Operation.issuingCost
    )

    static let listInvitations = Operation(
        id: "listInvitations",
        group: .organizations,
        summary: "List an organization's open invitations",
        details: "Only an owner sees them.",
        access: .scope("organizations:read"),
        parameters: [.organization] + Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("Invitation")),
                example: Example.invitation
            )
        ]
    )

    static let withdrawInvitation = Operation(
        id: "withdrawInvitation",
        group: .organizations,
        summary: "Withdraw an invitation",
        access: .scope("organizations:write"),
        parameters: [
            .organization,
            Parameter(
                name: "invitation",
                place: .path,
                summary: "The invitation's `id`",
                schema: .identifier("inv_"),
                isRequired: true
            ),
        ],
        answers: [
            Answer(
                status: 200,
                summary: "Withdrawn",
                content: .data(.schema("Invitation")),
                example: Example.invitation
            )
        ]
    )

    static let listOwnInvitations = Operation(
        id: "listOwnInvitations",
        group: .accounts,
        summary: "List the invitations for you",
        details: "404 for a key that the operator made: it has no user.",
        access: .scope("users:read"),
        parameters: Parameter.page,
        answers: [
            Answer(
                status: 200,
                summary: "One page",
                content: .list(.schema("Invitation")),
                example: Example.invitation
            )
        ],
        refusals: [.notFound]
    )

    static let acceptInvitation = Operation(
        id: "acceptInvitation",
        group: .accounts,
        summary: "Accept an invitation",
        details: """
            Makes you a member; who is a member already keeps its role. A user is in at most \
            \(Invitation.membershipsMax) organizations; above that the answer is 409.
            """,
        access: .scope("users:write"),
        parameters: [.id("invitation", prefix: "inv_")],
        answers: [
            Answer(
                status: 200,
                summary: "The membership",
                content: .data(.schema("Membership")),
                example: Example.membership
            )
        ],
        refusals: [.conflict]
    )

    static let declineInvitation = Operation(
        id: "declineInvitation",
        group: .accounts,
        summary: "Decline an invitation",
        access: .scope("users:write"),
        parameters: [.id("invitation", prefix: "inv_")],
        answers: [
            Answer(
                status: 200,
                summary: "Declined",
                content: .data(.schema("Invitation")),
                example: Example.invitation
            )
        ]
    )
}

extension Schemas {
    static let invitations = [
        Invitation.payload.definition, NewInvitation.description.definition,
    ]
}
