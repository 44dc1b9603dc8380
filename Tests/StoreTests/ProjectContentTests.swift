import Domain
import Foundation
import Testing

/// The content of a project: its files and its executions, and nothing after its deletion.
@Suite struct ProjectContentTests {
    private func withProject(
        _ adapter: Adapter,
        _ body: (any Store) async throws -> Void
    ) async throws {
        try await adapter.withStore { store async throws in
            for id in ["prj_1", "prj_2"] {
                #expect(try await store.insert(sampleProject(id), limit: 2))
            }
            try await body(store)
        }
    }

    private func content(_ path: String, _ store: any Store) async throws -> Data? {
        try await store.projectFile(path: path, project: "prj_1", organization: "org_a")?.content
    }

    private func execution(
        _ id: String,
        of project: String?,
        createdAt: Date = moment(0),
        state: Execution.State = finished()
    ) -> Execution {
        let sample = sampleExecution(id)
        var request = sample.request
        request.project = project
        return Execution(
            id: id,
            owner: sample.owner,
            request: request,
            createdAt: createdAt,
            state: state
        )
    }

    @Test(arguments: Adapter.allCases)
    func `a file is written, replaced and deleted`(_ adapter: Adapter) async throws {
        try await withProject(adapter) { store async throws in
            let first = try await store.write("src/é.py", "", of: "prj_1")
            let file = ProjectFile(path: "src/é.py", bytes: 0, updatedAt: moment(1))
            #expect(first == WrittenFile(file: file, isNew: true))
            #expect(try await content("src/é.py", store) == Data())

            let second = try await store.write("src/é.py", "12", of: "prj_1", at: moment(2))
            let longer = ProjectFile(path: "src/é.py", bytes: 2, updatedAt: moment(2))
            #expect(second == WrittenFile(file: longer, isNew: false))
            #expect(try await content("src/é.py", store) == Data("12".utf8))

            func delete() async throws -> ProjectFile? {
                try await store.deleteProjectFile(
                    path: "src/é.py",
                    project: "prj_1",
                    organization: "org_a"
                )
            }
            #expect(try await delete() == longer)
            #expect(try await delete() == nil)
            #expect(try await content("src/é.py", store) == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `files are listed by the bytes of their paths, in pages`(
        _ adapter: Adapter
    ) async throws {
        try await withProject(adapter) { store async throws in
            let bounds = ProjectBounds(filesMax: 9, bytesMax: 100)
            for path in ["b", "é", "a/b", "a", "B"] where path != "a" {
                _ = try await store.write(path, path, of: "prj_1", within: bounds)
            }
            func page(_ limit: Int, _ offset: Int) async throws -> [String] {
                let listing = try await store.projectFiles(
                    project: "prj_1",
                    organization: "org_a",
                    page: Page(limit: limit, offset: offset)
                )
                #expect(listing.total == 4)
                return listing.elements.map(\.path)
            }
            #expect(try await page(20, 0) == ["B", "a/b", "b", "é"])
            #expect(try await page(2, 2) == ["b", "é"])
            #expect(try await page(2, 4).isEmpty)
            let sources = try await store.projectSources(id: "prj_1", organization: "org_a")
            #expect(sources.files.map(\.path) == ["B", "a/b", "b", "é"])
            #expect(sources.files.last?.content == Data("é".utf8))
        }
    }

    @Test(arguments: Adapter.allCases)
    func `files written at once never come to more than the bounds`(
        _ adapter: Adapter
    ) async throws {
        try await withProject(adapter) { store async throws in
            let bounds = ProjectBounds(filesMax: 9, bytesMax: 50)
            let written = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let text = String(repeating: "x", count: 10)
                        return await
                            (try? store.write("f\(number)", text, of: "prj_1", within: bounds))
                            != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(written == 5)
            await #expect(throws: ProjectFileRefusal.bytes(51, max: 50)) {
                try await store.write("g", "x", of: "prj_1", within: bounds)
            }
            // Another project has a bound of its own.
            #expect(try await store.write("g", "x", of: "prj_2", within: bounds).isNew)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `the log of a project is its own, newest first, in pages`(
        _ adapter: Adapter
    ) async throws {
        try await withProject(adapter) { store async throws in
            let samples: [(String, String?)] = [
                ("exe_1", "prj_1"), ("exe_2", "prj_2"), ("exe_3", nil), ("exe_4", "prj_1"),
                ("exe_5", "prj_1"),
            ]
            for (number, (id, project)) in samples.enumerated() {
                let sample = execution(id, of: project, createdAt: moment(Double(number)))
                try await store.save(sample, deliveries: [])
            }
            func page(_ limit: Int, _ offset: Int) async throws -> [String] {
                let listing = try await store.executions(
                    project: "prj_1",
                    organization: "org_a",
                    page: Page(limit: limit, offset: offset)
                )
                #expect(listing.total == 3)
                return listing.elements.map(\.id)
            }
            #expect(try await page(20, 0) == ["exe_5", "exe_4", "exe_1"])
            #expect(try await page(2, 2) == ["exe_1"])
            let all = try await store.executions(
                organization: "org_a",
                matching: ExecutionFilter(),
                page: Page()
            )
            #expect(all.total == 5)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `deleting a project takes everything of it away, and nothing else`(
        _ adapter: Adapter
    ) async throws {
        try await withProject(adapter) { store async throws in
            for project in ["prj_1", "prj_2"] {
                _ = try await store.write("a", "x", of: project)
                try await store.save(
                    execution("exe_" + project, of: project, state: .queued),
                    deliveries: []
                )
                try await store.save(
                    execution("end_" + project, of: project),
                    deliveries: [sampleDelivery("msg_" + project, execution: "end_" + project)]
                )
            }
            let deleted = try await store.deleteProject(id: "prj_1", organization: "org_a")
            #expect(deleted == sampleProject("prj_1"))
            for (project, isLeft) in [("prj_1", false), ("prj_2", true)] {
                for id in ["exe_", "end_"] {
                    let left = try await store.execution(id: id + project, organization: "org_a")
                    #expect((left != nil) == isLeft)
                }
                let owed = try await store.delivery(id: "msg_" + project, organization: "org_a")
                #expect((owed != nil) == isLeft)
            }
            #expect(try await store.takenUp().map(\.id) == ["exe_prj_2"])
            #expect(try await store.projects(organization: "org_a", page: Page()).total == 1)
            // The identifier can be used again, and the new project starts without files.
            #expect(try await store.insert(sampleProject("prj_1"), limit: 2))
            #expect(try await content("a", store) == nil)
        }
    }

    @Test(arguments: Adapter.allCases)
    func `nothing is written of a project that was deleted`(_ adapter: Adapter) async throws {
        try await withProject(adapter) { store async throws in
            let running = execution("exe_1", of: "prj_1", state: .running(since: moment(1)))
            try await store.save(running, deliveries: [])
            try await store.checkParents(of: running.request)
            _ = try await store.deleteProject(id: "prj_1", organization: "org_a")
            await #expect(throws: ProjectGone()) {
                try await store.checkParents(of: running.request)
            }
            var ended = running
            ended.state = finished()
            let owed = sampleDelivery("msg_1", execution: "exe_1")
            await #expect(throws: ProjectGone()) {
                try await store.save(ended, deliveries: [owed])
            }
            #expect(try await store.execution(id: "exe_1", organization: "org_a") == nil)
            #expect(try await store.deliveries(organization: "org_a", page: Page()).total == 0)
            try await store.checkParents(of: sampleExecution("exe_2").request)
        }
    }
}
