import Domain
import Foundation
import Testing

@Suite struct SessionContractTests {
    private func session(_ number: Int, user: Int = 1, expiresAt: Date? = nil) -> Session {
        Session(
            id: "ses_\(user)_\(number)",
            digest: Data([UInt8(user), UInt8(number)]),
            user: "usr_\(user)",
            createdAt: moment(Double(number)),
            expiresAt: expiresAt ?? moment(Double(1_000 + number))
        )
    }

    @Test(arguments: Adapter.allCases)
    func `a user has so many sessions, and a further one ends the one that would end first`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for user in 1...2 { try await store.insertUser(user) }
            let most = Session.perUserMax
            try await store.insert(session(0, user: 2), from: "a")
            for number in 0..<most { try await store.insert(session(number), from: "a") }
            // The first one is in use, so the second one ends.
            try await store.extendSession(digest: session(0).digest, until: moment(9_000))
            try await store.insert(session(most), from: "a")
            let ended = try await store.session(digest: session(1).digest)
            #expect(ended == nil)
            for number in [0, 2, most - 1, most] {
                #expect(try await store.session(digest: session(number).digest) != nil)
            }
            #expect(try await store.session(digest: session(0, user: 2).digest) != nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `the newest of many equal sessions stays`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            try await store.insertUser(1)
            for number in 0...Session.perUserMax {
                let new = session(number, expiresAt: moment(1_000))
                try await store.insert(new, from: "a")
                #expect(try await store.session(digest: new.digest) != nil)
            }
            #expect(try await store.session(digest: session(0).digest) == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an account knows the newest addresses at which its sessions began`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            for user in 1...2 { try await store.insertUser(user) }
            func isKnown(
                _ address: String,
                user: Int = 1,
                since date: Date = .distantPast
            ) async throws -> Bool? {
                try await store.account(
                    email: "ada\(user)@example.com",
                    from: address,
                    since: date
                )?.isAddressKnown
            }
            let most = Session.addressesPerUserMax
            for number in 0..<most {
                try await store.insert(session(number), from: "\(number)")
            }
            #expect(try await isKnown("0") == true)
            #expect(try await isKnown("0", user: 2) == false)
            #expect(try await isKnown("0", user: 3) == nil)
            #expect(try await isKnown("0", since: moment(0)) == true)
            #expect(try await isKnown("0", since: moment(0.5)) == false)
            // The first address is used again, so the second one is forgotten.
            try await store.insert(session(most), from: "0")
            try await store.insert(session(most + 1), from: "new")
            #expect(try await isKnown("0") == true)
            #expect(try await isKnown("1") == false)
            #expect(try await isKnown("2") == true)
            #expect(try await isKnown("new") == true)
        }
    }
}
