import Domain
import Foundation
import Testing

private func sampleInvitation(
    _ id: String,
    to email: String = "ada2@example.com",
    organization: String = "org_own_1",
    role: Role = .member,
    inviter: String? = "usr_1",
    createdAt: Date = moment(1)
) -> Invitation {
    Invitation(
        id: id,
        organization: sampleOrganization(organization, createdAt: moment(1)),
        email: email,
        role: role,
        inviter: inviter,
        createdAt: createdAt,
        expiresAt: createdAt.addingTimeInterval(60)
    )
}

extension Store {
    /// Makes the user a member by an operator's invitation, or changes a member's role.
    func put(_ role: Role, user: String, in organization: String, at date: Date) async throws {
        if try await setRole(role, user: user, organization: organization) { return }
        let user = try #require(try await self.user(id: user))
        let invitation = Invitation(
            id: "inv_\(user.id)_\(organization)",
            organization: try #require(try await self.organization(id: organization)),
            email: user.email,
            role: role,
            inviter: nil,
            createdAt: date,
            expiresAt: date.addingTimeInterval(1)
        )
        try await insert(invitation, membersMax: 100)
        #expect(try await acceptInvitation(id: invitation.id, by: user, at: date) != nil)
    }

    fileprivate func open(
        _ organization: String = "org_own_1",
        at date: Date = moment(2)
    )
        async throws -> [String]
    {
        try await invitations(organization: organization, at: date, page: Page())
            .elements.map(\.id)
    }
}

@Suite struct InvitationContractTests {
    @Test(arguments: Adapter.allCases)
    func `who is invited is no member until the invitation is accepted, once`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for number in 1...3 { try await store.insertUser(number) }
            let invitation = sampleInvitation("inv_1", role: .owner)
            try await store.insert(invitation, membersMax: 9)
            #expect(try await store.membership(user: "usr_2", organization: "org_own_1") == nil)
            let seen = try await store.invitations(
                email: "ada2@example.com",
                at: moment(2),
                page: Page()
            )
            #expect(seen.elements == [invitation])
            #expect(try await store.open() == ["inv_1"])

            func accept(_ number: Int) async throws -> Role? {
                try await store.acceptInvitation(
                    id: "inv_1",
                    by: sampleUser(number),
                    at: moment(3)
                )?.role
            }
            #expect(try await accept(3) == nil)
            #expect(try await accept(2) == .owner)
            #expect(try await accept(2) == nil)
            let members = try await store.members(organization: "org_own_1", page: Page())
            #expect(members.elements.map(\.user.id) == ["usr_1", "usr_2"])
            #expect(members.elements.last?.since == moment(3))
            #expect(try await store.open() == [])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an invitation ends by a refusal of either side, and by time`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for number in 1...3 { try await store.insertUser(number) }
            let first = sampleInvitation("inv_1")
            try await store.insert(first, membersMax: 9)
            func withdraw(_ organization: String) async throws -> Invitation? {
                try await store.withdrawInvitation(
                    id: "inv_1",
                    organization: organization,
                    at: moment(2)
                )
            }
            #expect(try await withdraw("org_a") == nil)
            #expect(try await withdraw("org_own_1") == first)
            #expect(try await withdraw("org_own_1") == nil)

            let second = sampleInvitation("inv_2")
            try await store.insert(second, membersMax: 9)
            func decline(_ email: String) async throws -> Invitation? {
                try await store.declineInvitation(id: "inv_2", email: email, at: moment(2))
            }
            #expect(try await decline("ada3@example.com") == nil)
            #expect(try await decline("ada2@example.com") == second)
            #expect(try await decline("ada2@example.com") == nil)

            try await store.insert(sampleInvitation("inv_3"), membersMax: 9)
            #expect(try await store.open(at: moment(60.9)) == ["inv_3"])
            #expect(try await store.open(at: moment(61)) == [])
            let late = try await store.acceptInvitation(
                id: "inv_3",
                by: sampleUser(2),
                at: moment(61)
            )
            #expect(late == nil)
            // An expired one is not in the way of the next.
            let fourth = sampleInvitation("inv_4", createdAt: moment(61))
            try await store.insert(fourth, membersMax: 2)
            #expect(try await store.open(at: moment(62)) == ["inv_4"])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `members and invitations share a number, and an address is invited once`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            try await store.insertUser(1)
            let refusals = try await withThrowingTaskGroup(of: InvitationRefusal?.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        do throws(any Error) {
                            let email = "\(number)@example.com"
                            try await store.insert(
                                sampleInvitation("inv_\(number)", to: email),
                                membersMax: 4
                            )
                            return nil
                        } catch let refusal as InvitationRefusal {
                            return refusal
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(refusals.count { $0 == nil } == 3)
            #expect(refusals.count { $0 == .members(max: 4) } == 5)
            let other = sampleInvitation("inv_a", organization: "org_a", inviter: nil)
            try await store.insert(other, membersMax: 1)
            await #expect(throws: InvitationRefusal.isOpen) {
                try await store.insert(
                    sampleInvitation("inv_b", organization: "org_a", inviter: nil),
                    membersMax: 9
                )
            }
        }
    }

    @Test(arguments: Adapter.allCases)
    func `who is no owner any more has invited nobody`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            for number in 1...2 { try await store.insertUser(number) }
            for isRemoved in [true, false] {
                try await store.put(.owner, user: "usr_2", in: "org_own_1", at: moment(1))
                try await store.insert(
                    sampleInvitation("inv_theirs", to: "x@example.com", inviter: "usr_2"),
                    membersMax: 9
                )
                let ours = isRemoved ? "inv_1" : "inv_2"
                try await store.insert(
                    sampleInvitation(ours, to: "\(ours)@example.com"),
                    membersMax: 9
                )
                if isRemoved {
                    _ = try await store.removeMember(
                        user: "usr_2",
                        organization: "org_own_1",
                        at: moment(2)
                    )
                } else {
                    try await store.put(.member, user: "usr_2", in: "org_own_1", at: moment(2))
                }
                #expect(try await !store.open().contains("inv_theirs"))
                #expect(try await store.open().contains(ours))
                await #expect(throws: InvitationRefusal.inviterIsNoOwner) {
                    try await store.insert(
                        sampleInvitation("inv_late", to: "y@example.com", inviter: "usr_2"),
                        membersMax: 9
                    )
                }
            }
        }
    }

    @Test(arguments: Adapter.allCases)
    func `of accepting, withdrawing and removing at once, one comes first`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for number in 1...3 { try await store.insertUser(number) }
            for round in 0..<20 {
                let id = "inv_\(round)"
                // The inviter is removed, or the invitation is withdrawn, while it is accepted.
                let isRemoval = round.isMultiple(of: 2)
                try await store.put(.owner, user: "usr_3", in: "org_own_1", at: moment(1))
                try await store.insert(sampleInvitation(id, inviter: "usr_3"), membersMax: 9)
                async let first = store.acceptInvitation(id: id, by: sampleUser(2), at: moment(2))
                async let second = store.acceptInvitation(id: id, by: sampleUser(2), at: moment(2))
                async let ended =
                    isRemoval
                    ? store.removeMember(user: "usr_3", organization: "org_own_1", at: moment(2))
                        != nil
                    : store.withdrawInvitation(id: id, organization: "org_own_1", at: moment(2))
                        != nil
                let accepted = try await [first, second].count { $0 != nil }
                let isEnded = try await ended
                #expect(isRemoval ? isEnded && accepted <= 1 : isEnded == (accepted == 0))
                #expect(accepted <= 1)
                let member = try await store.membership(user: "usr_2", organization: "org_own_1")
                #expect((member != nil) == (accepted == 1))
                #expect(try await store.open() == [])
                _ = try await store.removeMember(
                    user: "usr_2",
                    organization: "org_own_1",
                    at: moment(3)
                )
            }
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a member keeps its role, and a user is in so many organizations`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for number in 1...2 { try await store.insertUser(number) }
            try await store.put(.member, user: "usr_2", in: "org_own_1", at: moment(1))
            try await store.insert(sampleInvitation("inv_1", role: .owner), membersMax: 9)
            let kept = try await store.acceptInvitation(
                id: "inv_1",
                by: sampleUser(2),
                at: moment(2)
            )
            #expect(kept?.role == .member)
            try await withThrowingTaskGroup { group in
                for number in 2..<Invitation.membershipsMax {
                    let id = "org_\(number)"
                    group.addTask {
                        try await store.insert(sampleOrganization(id))
                        try await store.put(.member, user: "usr_2", in: id, at: moment(1))
                    }
                }
                try await group.waitForAll()
            }
            try await store.insert(
                sampleInvitation("inv_2", organization: "org_a", inviter: nil),
                membersMax: 9
            )
            await #expect(throws: InvitationRefusal.memberships(max: 100)) {
                try await store.acceptInvitation(id: "inv_2", by: sampleUser(2), at: moment(2))
            }
            #expect(try await store.open("org_a") == ["inv_2"])
            #expect(try await store.memberships(user: "usr_2").count == 100)
        }
    }
}
