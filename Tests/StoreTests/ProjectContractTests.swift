import Domain
import Foundation
import Testing

func sampleProject(
    _ id: String,
    organization: String = "org_a",
    createdAt: Date = moment(0)
) -> Project {
    Project(
        id: id,
        organization: organization,
        name: "bot é",
        description: "two\nlines",
        language: "python",
        version: "3",
        entry: "src/main.py",
        environment: ["TOKEN": "s3cr/t", "EMPTY": ""],
        limits: [.wallMilliseconds: 1_000, .memoryBytes: 64 << 20],
        createdAt: createdAt,
        updatedAt: createdAt
    )
}

@Suite struct ProjectContractTests {
    @Test(arguments: Adapter.allCases)
    func `a project is read as it was written`(_ adapter: Adapter) async throws {
        try await adapter.withStore { store async throws in
            let full = sampleProject("prj_1", createdAt: moment(0.25))
            let bare = Project(
                id: "prj_2",
                organization: "org_a",
                name: "bare",
                createdAt: moment(1),
                updatedAt: moment(1)
            )
            for project in [full, bare] {
                #expect(try await store.insert(project, limit: 2))
                let read = try await store.project(id: project.id, organization: "org_a")
                #expect(read == project)
            }
        }
    }

    @Test(arguments: Adapter.allCases)
    func `an organization has as many projects as its plan allows, also at once`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let kept = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<10 {
                    group.addTask {
                        try await store.insert(sampleProject("prj_\(number)"), limit: 3)
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(kept == 3)
            #expect(try await store.projects(organization: "org_a", page: Page()).total == 3)
            let others = sampleProject("prj_b", organization: "org_b")
            #expect(try await store.insert(others, limit: 1))
            #expect(try await !store.insert(sampleProject("prj_x"), limit: 3))
            #expect(try await store.insert(sampleProject("prj_x"), limit: 4))
            #expect(try await !store.insert(sampleProject("prj_y"), limit: 0))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a listing is newest first, in pages, with the total of all`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            let created = [("prj_1", 1.0), ("prj_4", 3), ("prj_2", 2), ("prj_3", 2)]
            for (id, second) in created {
                let project = sampleProject(id, createdAt: moment(second))
                #expect(try await store.insert(project, limit: 9))
            }
            func page(_ limit: Int, _ offset: Int) async throws -> [String] {
                let page = Page(limit: limit, offset: offset)
                let listing = try await store.projects(organization: "org_a", page: page)
                #expect(listing.total == 4)
                return listing.elements.map(\.id)
            }
            #expect(try await page(20, 0) == ["prj_4", "prj_3", "prj_2", "prj_1"])
            #expect(try await page(3, 0) == ["prj_4", "prj_3", "prj_2"])
            #expect(try await page(3, 3) == ["prj_1"])
            #expect(try await page(3, 4).isEmpty)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `a change is made of the project as it is then, or not at all`(
        _ adapter: Adapter
    ) async throws {
        struct Refusal: Error {}
        try await adapter.withStore { store async throws in
            _ = try await store.insert(sampleProject("prj_1"), limit: 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        _ = try await store.updateProject(id: "prj_1", organization: "org_a") {
                            $0.environment["N\(number)"] = ""
                            $0.language = nil
                            $0.limits = [.files: 3]
                            $0.updatedAt = moment(5)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let changed = try await store.project(id: "prj_1", organization: "org_a")
            #expect(changed.environment.count == 22)
            #expect(changed.language == nil)
            #expect(changed.limits == [.files: 3])
            #expect(changed.updatedAt == moment(5))
            #expect(changed.createdAt == moment(0))
            await #expect(throws: Refusal.self) {
                try await store.updateProject(id: "prj_1", organization: "org_a") {
                    $0.name = "never"
                    throw Refusal()
                }
            }
            #expect(try await store.project(id: "prj_1", organization: "org_a") == changed)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `another organization's project looks like none, to every method`(
        _ adapter: Adapter
    ) async throws {
        try await adapter.withStore { store async throws in
            _ = try await store.insert(sampleProject("prj_1"), limit: 1)
            _ = try await store.write("a", "text", of: "prj_1")
            for (id, organization) in [("prj_1", "org_b"), ("prj_2", "org_a")] {
                let calls: [@Sendable () async throws -> Void] = [
                    { _ = try await store.project(id: id, organization: organization) },
                    {
                        _ = try await store.updateProject(id: id, organization: organization) {
                            $0.name = "x"
                        }
                    },
                    { _ = try await store.deleteProject(id: id, organization: organization) },
                    { _ = try await store.write("a", "x", of: id, organization: organization) },
                    {
                        _ = try await store.projectFile(
                            path: "a",
                            project: id,
                            organization: organization
                        )
                    },
                    {
                        _ = try await store.deleteProjectFile(
                            path: "a",
                            project: id,
                            organization: organization
                        )
                    },
                    {
                        _ = try await store.projectFiles(
                            project: id,
                            organization: organization,
                            page: Page()
                        )
                    },
                    { _ = try await store.projectSources(id: id, organization: organization) },
                    {
                        _ = try await store.executions(
                            project: id,
                            organization: organization,
                            page: Page()
                        )
                    },
                ]
                for call in calls { await #expect(throws: ProjectGone()) { try await call() } }
            }
            let sources = try await store.projectSources(id: "prj_1", organization: "org_a")
            #expect(sources.files == [SourceFile(path: "a", content: Data("text".utf8))])
            #expect(sources.project == sampleProject("prj_1"))
            #expect(try await store.projects(organization: "org_b", page: Page()).total == 0)
        }
    }
}

extension Store {
    /// Writes a text with the default bounds.
    func write(
        _ path: String,
        _ text: String,
        of project: String,
        organization: String = "org_a",
        at date: Date = moment(1),
        within bounds: ProjectBounds = ProjectBounds(filesMax: 3, bytesMax: 100)
    ) async throws -> WrittenFile {
        try await write(
            SourceFile(path: path, content: Data(text.utf8)),
            project: project,
            organization: organization,
            at: date,
            within: bounds
        )
    }
}
