import Domain
import Foundation
import Testing

func sampleUser(_ number: Int) -> User {
    User(
        id: "usr_\(number)",
        name: "Ada é \(number)",
        email: "ada\(number)@example.com",
        createdAt: moment(Double(number)),
        updatedAt: moment(Double(number))
    )
}

extension Store {
    /// Inserts a user with its personal organization, such as `org_own_1` of `usr_1`.
    func insertUser(_ number: Int) async throws {
        try await insert(
            sampleUser(number),
            password: "hash \(number)",
            organization: sampleOrganization(
                "org_own_\(number)",
                createdAt: moment(Double(number))
            ),
            webhookSecret: "whsec_\(number)"
        )
    }
}

@Suite struct AccountContractTests {
    @Test(arguments: Adapter.allCases)
    func `a user comes with an organization of its own and a webhook secret`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            try await store.insertUser(1)
            let account = try await store.account(
                email: "ada1@example.com",
                from: "a",
                since: .distantPast
            )
            let expected = Account(user: sampleUser(1), password: "hash 1", isAddressKnown: false)
            #expect(account == expected)
            #expect(try await store.user(id: "usr_1") == sampleUser(1))
            let own = sampleOrganization("org_own_1", createdAt: moment(1))
            #expect(
                try await store.memberships(user: "usr_1") == [
                    Membership(organization: own, role: .owner)
                ]
            )
            let secret = try await store.webhookSecret(organization: "org_own_1", candidate: "x")
            #expect(secret == "whsec_1")
            let shouted = try await store.account(
                email: "ADA1@example.com",
                from: "a",
                since: .distantPast
            )
            #expect(shouted == nil)
            #expect(try await store.user(id: "usr_2") == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `of many who sign up with one address one becomes a user, and leaves nothing half done`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let user = User(
                            id: "usr_\(number)",
                            name: "n",
                            email: "same@example.com",
                            createdAt: moment(0),
                            updatedAt: moment(0)
                        )
                        do {
                            try await store.insert(
                                user,
                                password: "p",
                                organization: sampleOrganization("org_own_\(number)"),
                                webhookSecret: "s"
                            )
                            return true
                        } catch is EmailTaken {
                            return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(winners == 1)
            // The two sample organizations and the winner's.
            #expect(try await store.organizations(page: Page()).total == 3)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a user's name and picture can change, its address cannot`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            try await store.insertUser(1)
            var user = sampleUser(1)
            user.name = "Countess"
            user.image = "https://example.com/ada.png"
            user.updatedAt = moment(9)
            try await store.update(user)
            #expect(try await store.user(id: "usr_1") == user)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a session is found by its digest until it is deleted`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            try await store.insertUser(1)
            var session = Session(
                id: "ses_1",
                digest: Data([1]),
                user: "usr_1",
                createdAt: moment(0),
                expiresAt: moment(60)
            )
            try await store.insert(session, from: "a")
            let found = try await store.session(digest: Data([1]))
            #expect(found == SignedIn(session: session, user: sampleUser(1)))
            session.expiresAt = moment(90)
            try await store.extendSession(digest: Data([1]), until: moment(90))
            #expect(try await store.session(digest: Data([1]))?.session == session)
            #expect(try await store.session(digest: Data([2])) == nil)
            #expect(try await store.deleteSession(digest: Data([1])))
            #expect(try await store.deleteSession(digest: Data([1])) == false)
            #expect(try await store.session(digest: Data([1])) == nil)
        }
    }
}

@Suite struct OrganizationContractTests {
    @Test(arguments: Adapter.allCases)
    func `an organization is renamed and moved to a plan`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            var organization = sampleOrganization("org_a")
            organization.name = "Engines"
            organization.plan = "pro"
            #expect(try await store.update(organization))
            #expect(try await store.organization(id: "org_a") == organization)
            #expect(try await store.update(sampleOrganization("org_nobody")) == false)
            let key = sampleKey("key_1")
            try await store.insert(key)
            #expect(try await store.key(id: "key_1")?.organization == organization)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `one's own organization comes first, then the newest membership`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            try await store.insertUser(1)
            for (id, second) in [("org_a", 10.0), ("org_b", 20)] {
                try await store.put(.owner, user: "usr_1", in: id, at: moment(second))
            }
            let listed = try await store.memberships(user: "usr_1").map(\.organization.id)
            #expect(listed == ["org_own_1", "org_b", "org_a"])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a member's role changes and its place does not`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            for number in 1...3 { try await store.insertUser(number) }
            for number in 2...3 {
                try await store.put(
                    .member,
                    user: "usr_\(number)",
                    in: "org_own_1",
                    at: moment(Double(10 * number))
                )
            }
            try await store.put(.owner, user: "usr_2", in: "org_own_1", at: moment(99))
            let members = try await store.members(organization: "org_own_1", page: Page())
            #expect(members.total == 3)
            #expect(members.elements.map(\.user.id) == ["usr_1", "usr_2", "usr_3"])
            #expect(members.elements.map(\.role) == [.owner, .owner, .member])
            #expect(members.elements[1].since == moment(20))
            let second = try await store.members(
                organization: "org_own_1",
                page: Page(limit: 1, offset: 1)
            )
            #expect(second.elements.map(\.user.id) == ["usr_2"])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an organization keeps an owner`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            for number in 1...2 { try await store.insertUser(number) }
            await #expect(throws: LastOwner.self) {
                try await store.removeMember(
                    user: "usr_1",
                    organization: "org_own_1",
                    at: moment(9)
                )
            }
            await #expect(throws: LastOwner.self) {
                try await store.put(.member, user: "usr_1", in: "org_own_1", at: moment(5))
            }
            #expect(
                try await store.membership(user: "usr_1", organization: "org_own_1")?.role == .owner
            )
            try await store.put(.owner, user: "usr_2", in: "org_own_1", at: moment(5))
            let remove = { @Sendable in
                try await store.removeMember(
                    user: "usr_1",
                    organization: "org_own_1",
                    at: moment(9)
                )
            }
            #expect(try await remove() == [])
            #expect(try await store.membership(user: "usr_1", organization: "org_own_1") == nil)
            #expect(try await remove() == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a member who goes leaves no key, and a key knows its maker's role`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for number in 1...2 { try await store.insertUser(number) }
            let organization = "org_own_1"
            let set = { @Sendable (role: Role) in
                try await store.put(role, user: "usr_2", in: organization, at: moment(5))
            }
            try await set(.owner)
            for (id, user, home) in [
                ("key_1", "usr_2", organization), ("key_2", "usr_1", organization),
                ("key_3", "usr_2", "org_own_2"), ("key_4", nil, organization),
            ] {
                try await store.insert(sampleKey(id, organization: home, user: user))
            }
            #expect(try await store.key(id: "key_1")?.makerRole == .owner)
            try await set(.member)
            #expect(try await store.key(id: "key_1")?.makerRole == .member)
            let revoked = try await store.removeMember(
                user: "usr_2",
                organization: organization,
                at: moment(9)
            )
            #expect(revoked == ["key_1"])
            let gone = try #require(try await store.key(id: "key_1"))
            #expect(gone.isMakerGone)
            #expect(gone.key.revokedAt == moment(9))
            for id in ["key_2", "key_3", "key_4"] {
                let other = try #require(try await store.key(id: id))
                #expect(!other.isMakerGone && other.key.revokedAt == nil, "\(id)")
            }
        }
    }
}

@Suite struct TokenContractTests {
    private func key(_ number: Int) -> SigningKey {
        SigningKey(id: "jwk_\(number)", pem: "pem \(number)", createdAt: moment(Double(number)))
    }

    @Test(arguments: Adapter.allCases)
    func `of many first keys one is kept`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let kept = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    let key = key(number)
                    group.addTask {
                        try await store.insert(key, isFirst: true, forgettingBefore: moment(0))
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(kept == 1)
            #expect(try await store.signingKeys().count == 1)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `the newest key comes first, and one that was followed long ago is forgotten`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            _ = try await store.insert(key(10), isFirst: true, forgettingBefore: moment(0))
            _ = try await store.insert(key(20), isFirst: false, forgettingBefore: moment(20))
            #expect(try await store.signingKeys() == [key(20), key(10)])
            _ = try await store.insert(key(30), isFirst: false, forgettingBefore: moment(21))
            #expect(try await store.signingKeys() == [key(30), key(20)])
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a revoked token is remembered until it would have expired`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            try await store.revokeToken(id: "tok_1", until: moment(60), now: moment(0))
            #expect(try await store.isTokenRevoked(id: "tok_1"))
            #expect(try await store.isTokenRevoked(id: "tok_2") == false)
            try await store.revokeToken(id: "tok_1", until: moment(60), now: moment(1))
            try await store.revokeToken(id: "tok_3", until: moment(90), now: moment(61))
            #expect(try await store.isTokenRevoked(id: "tok_1") == false)
            #expect(try await store.isTokenRevoked(id: "tok_3"))
        }
    }
}
