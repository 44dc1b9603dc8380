import Domain
import Foundation
import TestSupport
import Testing

@testable import Runner

@Suite(.guardedAgainstHanging) struct JailEndTests {
    private static let limits = Limits { limit in
        switch limit {
        case .wallMilliseconds: 2_000
        case .cpuMilliseconds: 1_000
        default: 1
        }
    }

    private func ends(wall: Int64, cpu: Int64) -> JailEnds {
        var ends = JailEnds()
        ends.note(
            Usage(wallMicroseconds: wall, cpuMicroseconds: cpu, memoryBytes: 0),
            limits: Self.limits
        )
        return ends
    }

    @Test func `an end within a second of its limits is not late`() {
        #expect(ends(wall: 10, cpu: 10) == JailEnds())
        #expect(ends(wall: 3_000_000, cpu: 0).slow == 0)
        #expect(ends(wall: 0, cpu: 2_000_000).slow == 0)
    }

    @Test func `an end that takes longer is counted, and the longest kept`() {
        var late = ends(wall: 3_500_000, cpu: 0)
        #expect(late.slow == 1)
        #expect(late.longestSeconds == 1.5)
        #expect(ends(wall: 0, cpu: 2_000_001).slow == 1)
        late.note(seconds: 1.25)
        #expect(late.slow == 2)
        #expect(late.longestSeconds == 1.5)
    }

    @Test func `an execution lasts until nothing is left of a jail that failed`() async throws {
        let journal = Journal()
        let sandbox = SlowEnd()
        let execution = Task {
            defer { journal.record(.closed("execution")) }
            return try await execute(
                .named("jail"),
                on: .python,
                profile: .standard,
                in: sandbox
            )
        }
        let gone = await sandbox.closed()
        for _ in 0..<100 { await Task.yield() }
        journal.record(.closed("jail"))
        gone()
        await #expect(throws: SandboxError.broken(site: "init", errno: 0)) {
            try await execution.value
        }
        #expect(journal.events == [.closed("jail"), .closed("execution")])
    }
}

/// A jail that breaks, and takes as long to end as the test likes.
private final class SlowEnd: SandboxProvider, SandboxSession {
    private let closes = AsyncStream<@Sendable () -> Void>.makeStream()

    var isAvailable: Bool { true }
    var events: AsyncStream<SandboxEvent> { AsyncStream { $0.finish() } }

    func open(_ spec: JailSpec) async throws -> any SandboxSession { self }

    func run(_ stage: StageSpec, io: StageIO) async throws -> StageReport {
        throw SandboxError.broken(site: "init", errno: 0)
    }

    func close(then gone: @escaping @Sendable () -> Void) { closes.continuation.yield(gone) }

    func closed() async -> @Sendable () -> Void {
        for await gone in closes.stream { return gone }
        return {}
    }
}
