import Testing

/// A boundary is an import that does not exist.
@Suite struct ImportTests {
    /// Each target, and which of ours it may import: the picture in docs/ARCHITECTURE.md.
    private static let ours: [String: Set<String>] = [
        "CLinux": [], "CSeccomp": [], "CCurl": [], "CCrack": [],
        "Kernel": ["CLinux"],
        "WardenWire": [],
        "Jail": ["WardenWire", "Kernel"],
        "quicksand-warden": ["Jail"],
        "JSON": [],
        "Domain": [],
        "Catalog": ["WardenWire", "CSeccomp", "Domain", "JSON"],
        "WardenClient": ["WardenWire", "Kernel", "Domain"],
        "SQLiteStore": ["Domain"],
        "FolderCache": ["Domain"],
        "Scheduler": ["Domain"],
        "Courier": ["CCurl", "Domain"],
        "Identity": ["CCrack", "Domain"],
        "API": ["Domain", "Identity", "JSON"],
        "Measure": [],
        "Attacks": ["Domain", "Scheduler", "WardenWire"],
        "quicksand": [
            "API", "Attacks", "Scheduler", "Courier", "Identity", "WardenClient", "Catalog",
            "SQLiteStore", "FolderCache", "WardenWire", "Domain", "Measure",
        ],
    ]

    private static let unprivileged = [
        "API", "Scheduler", "FolderCache", "Courier", "Identity", "Domain",
    ]
    private static let privileged = ["Jail", "Kernel", "WardenWire", "quicksand-warden"]

    private func imports(of target: String) throws -> Set<String> {
        Set(try Repository.sources(target).flatMap { SourceText(try $0.text).imports })
    }

    @Test func `every folder of Sources is a target whose imports are written down`() throws {
        let folders = Set(
            try Repository.files("Sources", ["swift", "modulemap", "c"]).map(\.target)
        )
        #expect(folders == Set(Self.ours.keys))
    }

    @Test(arguments: ours.keys.sorted())
    func `a target imports only those below it`(target: String) throws {
        let imported = try imports(of: target).intersection(Self.ours.keys)
        #expect(imported.subtracting(Self.ours[target] ?? []).sorted() == [])
    }

    @Test(arguments: unprivileged)
    func `what strangers reach never sees the kernel`(target: String) throws {
        let imported = try imports(of: target)
        #expect(imported.contains("Foundation"))  // else nothing was read
        #expect(imported.isDisjoint(with: ["Jail", "Kernel", "CLinux"]))
    }

    @Test(arguments: privileged)
    func `what has privilege has no Foundation, no logging and no tasks`(target: String) throws {
        let files = try Repository.sources(target)
        #expect(!files.isEmpty)
        for file in files {
            let text = SourceText(try file.text)
            #expect(Set(text.imports).isDisjoint(with: ["Foundation", "Logging"]), "\(file)")
            #expect(text.words.isDisjoint(with: ["async", "await"]), "\(file)")
        }
    }

    @Test(arguments: [
        ("GRDB", "SQLiteStore"), ("CCurl", "Courier"), ("CSeccomp", "Catalog"),
        ("CCrack", "Identity"), ("JWTKit", "Identity"), ("CLinux", "Kernel"),
        ("Jail", "quicksand-warden"), ("Hummingbird", "API"),
    ])
    func `a dependency has one importer`(module: String, importer: String) throws {
        let importers = try Repository.sources()
            .filter { SourceText(try $0.text).imports.contains(module) }.map(\.target)
        // The application that API makes is run by the target that composes everything.
        #expect(
            Set(importers).subtracting(module == "Hummingbird" ? ["quicksand"] : []) == [importer]
        )
    }

    @Test func `one file speaks HTTP to servers for the command line`() throws {
        let importers = try Repository.sources()
            .filter { SourceText(try $0.text).imports.contains("FoundationNetworking") }
        #expect(importers.map(\.path) == ["Sources/quicksand/RemoteServer.swift"])
    }

    @Test func `only the command line reads the environment`() throws {
        let readers: Set<Substring> = ["ProcessInfo", "getenv", "secure_getenv", "environ"]
        let files = try Repository.files("Sources", ["swift", "c", "h"])
            .filter { !SourceText(try $0.text).words.isDisjoint(with: readers) }
        #expect(Set(files.map(\.target)) == ["quicksand"])
    }
}
