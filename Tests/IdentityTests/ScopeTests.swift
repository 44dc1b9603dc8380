import Testing

@testable import Identity

@Suite struct ScopeTests {
    /// The resources, as the HTTP contract lists them.
    private static let resources = [
        "projects", "agents", "posts", "communities", "chat", "users", "organizations",
        "notifications",
        "tags", "wallet", "commands", "settings", "billing", "memory", "databases", "storage",
    ]

    @Test func `the scopes are those of the contract and no others`() {
        let listed =
            Self.resources.flatMap { [$0 + ":read", $0 + ":write"] }
            + ["uploads:write", "admin", "read", "write", "delete"]
        #expect(Set(Scope.all.map(\.name)) == Set(listed))
        #expect(Scope.all.count == listed.count)
        #expect(listed.allSatisfy { Scope($0)?.name == $0 })
    }

    @Test(arguments: [
        "", "uploads:read", "projects", "projects:", "projects:delete", "Projects:read", " read",
        "read ",
        "projects:read,agents:read", "*", "admin:read",
    ])
    func `another name is no scope`(_ name: String) {
        #expect(Scope(name) == nil)
    }

    @Test func `a list with unknown names is refused and names all of them in order`() {
        #expect(throws: InvalidScopes(offenders: ["root", "projects:execute"])) {
            try ScopeSet(parsing: ["read", "root", "projects:read", "projects:execute"])
        }
    }

    @Test func `a list of known names is taken, each once`() throws {
        #expect(
            try ScopeSet(parsing: ["read", "agents:write", "read"]).names == [
                "read", "agents:write",
            ]
        )
    }

    @Test func `a scope named in full grants itself and nothing else`() {
        let scopes = ScopeSet(["projects:write"])
        #expect(scopes.permits(.write(.projects)))
        #expect(scopes.permits(.write(.projects), isDelete: true))
        #expect(!scopes.permits(.read(.projects)))
        #expect(!scopes.permits(.write(.agents)))
        #expect(!scopes.permits(.admin))
    }

    @Test(arguments: Scope.Resource.allCases)
    func `read grants every read`(_ resource: Scope.Resource) {
        let scopes = ScopeSet(["read"])
        #expect(scopes.permits(.read(resource)))
        #expect(!scopes.permits(.write(resource)))
        #expect(!scopes.permits(.write(resource), isDelete: true))
    }

    @Test(arguments: Scope.Resource.allCases)
    func `write grants every write but deleting`(_ resource: Scope.Resource) {
        let scopes = ScopeSet(["write"])
        #expect(scopes.permits(.write(resource)))
        #expect(!scopes.permits(.write(resource), isDelete: true))
        #expect(!scopes.permits(.read(resource)))
    }

    @Test(arguments: Scope.Resource.allCases)
    func `delete grants deleting alone`(_ resource: Scope.Resource) {
        let scopes = ScopeSet(["delete"])
        #expect(scopes.permits(.write(resource), isDelete: true))
        #expect(!scopes.permits(.write(resource)))
        #expect(!scopes.permits(.read(resource)))
    }

    @Test(arguments: Scope.all)
    func `admin grants everything`(_ needed: Scope) {
        #expect(ScopeSet(["admin"]).permits(needed))
        #expect(ScopeSet(["admin"]).permits(needed, isDelete: true))
    }

    @Test(arguments: Scope.all)
    func `no scopes and unknown names grant nothing`(_ needed: Scope) {
        #expect(!ScopeSet([]).permits(needed))
        #expect(!ScopeSet(["root", ""]).permits(needed, isDelete: true))
    }

    @Test func `only admin grants what needs an admin`() {
        let others = Set(Scope.all.map(\.name)).subtracting(["admin"])
        #expect(!ScopeSet(others).permits(.admin))
    }
}
