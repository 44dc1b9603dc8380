import Domain
import TestSupport
import Testing

@testable import Queue

@Suite(.guardedAgainstHanging) struct CompileCacheTests {
    @Test func `the queue compiles once for each owner, and forgets with the project`()
        async throws
    {
        let cache = MemoryCache()
        let world = World(
            runtimes: [.compiler],
            script: { _, _, spec, _ in
                spec.outputs.isEmpty ? .exited(0) : .left(by: .compiled)
            },
            compileCache: cache
        )
        for (id, caller) in [("a", Caller.pro), ("b", .pro), ("c", .organization("other"))] {
            let submission = try await world.submit(id, from: caller) { request in
                request = .compiled
                request.language = "c"
                request.version = "12.2.0"
            }
            _ = try await submission.finished()
        }
        let (compile, run) = ("/usr/bin/gcc", "/box/program")
        let programs = world.sandbox.stageSpecs.map(\.arguments.first)
        #expect(programs == [compile, run, run, compile, run])
        await world.queue.cancelAll(project: "prj_1")
        #expect(cache.projects == ["prj_1"])
    }
}
