import Domain
import Testing

private let plan = Plan(
    name: "free",
    rates: Rates(perSecond: nil, perMinute: nil, perDay: nil, concurrent: nil),
    defaults: Limits { _ in 10 },
    ceilings: Limits { _ in 20 }
)

private func runtime(run: [Limit: Int64] = [:], compile: [Limit: Int64] = [:]) -> Runtime {
    Runtime(
        number: 0,
        name: "c",
        version: "1",
        aliases: [],
        entry: "main.c",
        compile: nil,
        run: Command(words: []),
        environment: [:],
        defaults: run,
        compileDefaults: compile
    )
}

@Suite struct `A stage that asks for no limits` {
    @Test(
        arguments: [(9, 10), (10, 10), (11, 11), (19, 19), (20, 20), (21, 20)] as [(Int64, Int64)]
    )
    func `gets what its runtime raises, between the plan's default and ceiling`(
        override: Int64,
        effective: Int64
    ) {
        let runtime = runtime(run: [.memoryBytes: override])
        #expect(plan.defaults(for: runtime)[.memoryBytes] == effective)
        #expect(plan.defaults(for: runtime)[.wallMilliseconds] == 10)
    }

    @Test func `has as much stack as memory, where that is all it says`() {
        let raised = runtime(run: [.memoryBytes: 15])
        #expect(plan.defaults(for: raised)[.stackBytes] == 15)
        #expect(plan.limits(for: raised, asked: [.memoryBytes: 12])[.stackBytes] == 12)
        let both: [Limit: Int64] = [.memoryBytes: 12, .stackBytes: 3]
        #expect(plan.limits(for: raised, asked: both)[.stackBytes] == 3)
        #expect(plan.compileDefaults(for: raised)[.stackBytes] == 10)
    }

    @Test func `is compiled with the compile stage's own`() {
        let runtime = runtime(run: [.memoryBytes: 15], compile: [.wallMilliseconds: 12])
        #expect(plan.compileDefaults(for: runtime)[.memoryBytes] == 10)
        #expect(plan.compileDefaults(for: runtime)[.wallMilliseconds] == 12)
        #expect(plan.defaults(for: runtime)[.wallMilliseconds] == 10)
    }
}
