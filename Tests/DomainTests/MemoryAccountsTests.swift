import Testing

@testable import Domain

/// Who may take how many bytes.
@Suite struct MemoryAccountsTests {
    private var accounts = MemoryAccounts(bytesMax: 160)
    private let ada = Owner.organization("ada")

    private mutating func take(_ bytes: Int, _ owners: Owner...) -> [Bool] {
        owners.map { accounts.take(bytes, $0) }
    }

    @Test mutating func `an organization has a quarter`() {
        #expect(take(20, ada, ada, ada) == [true, true, false])
        #expect(accounts.isFull(ada))
        #expect(!accounts.isFull(.organization("bob")))
        accounts.giveBack(20, ada)
        #expect(take(20, ada) == [true])
    }

    @Test mutating func `an address has a sixteenth, and all addresses a quarter`() {
        #expect(take(5, .address("1"), .address("1"), .address("1")) == [true, true, false])
        #expect(take(10, .address("2"), .address("3"), .address("4")) == [true, true, true])
        #expect(take(1, .address("5")) == [false])
        #expect(accounts.isFull(.address("5")))
        #expect(take(40, ada) == [true])
    }

    @Test mutating func `all callers have what there is`() {
        let owners = (0..<4).map { Owner.organization("\($0)") }
        for owner in owners { #expect(take(40, owner) == [true]) }
        #expect(take(1, ada, .address("1")) == [false, false])
        #expect(accounts.all == 160)
    }

    @Test mutating func `who holds nothing may take more than its share, once`() {
        #expect(take(100, ada, ada) == [true, false])
        #expect(take(61, .organization("bob")) == [false])
        #expect(take(60, .organization("bob")) == [true])
    }

    @Test mutating func `what is in memory already is counted above the bounds`() {
        for _ in 0..<3 { accounts.force(100, ada) }
        #expect(accounts.all == 300)
        #expect(take(1, .organization("bob")) == [false])
        accounts.giveBack(300, ada)
        #expect(accounts.all == 0)
        #expect(take(1, .organization("bob")) == [true])
    }
}
