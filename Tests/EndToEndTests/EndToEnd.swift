import TestSupport
import Testing

/// The tests of the whole product: the built program, real HTTP on loopback, a real database and
/// real jails.
///
/// They need root, for the jails. Every test has its own servers, data folder and keys, so a few
/// tests run at once: most of a test's time is a server's start, or waiting. No test depends on
/// durations: see ``Patience``.
@Suite(.atOnce(3), .guardedAgainstHanging)
enum EndToEnd {}

/// A trait that bounds the concurrent tests of a suite.
///
/// The other tests wait within their time limits, which are long enough for all of them.
struct AtOnceTrait: SuiteTrait, TestTrait, TestScoping {
    let places: Places

    var isRecursive: Bool { true }

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        await places.take()
        do {
            try await function()
        } catch {
            await places.giveBack()
            throw error
        }
        await places.giveBack()
    }

    actor Places {
        private var free: Int
        private var waiting: [CheckedContinuation<Void, Never>] = []

        init(_ count: Int) { free = count }

        func take() async {
            if free > 0 {
                free -= 1
                return
            }
            await withCheckedContinuation { waiting.append($0) }
        }

        func giveBack() {
            guard waiting.isEmpty else { return waiting.removeFirst().resume() }
            free += 1
        }
    }
}

extension Trait where Self == AtOnceTrait {
    static func atOnce(_ count: Int) -> Self { AtOnceTrait(places: AtOnceTrait.Places(count)) }
}
