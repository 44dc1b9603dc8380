import Catalog
import Domain
import EscapeCorpus
import Foundation
import Testing
import WardenUnderTest

/// The same programs outside, as an ordinary user: they succeed there, so it is the jail that
/// refuses them.
@Suite(.serialized, .enabled(if: Checkout.isRoot, "becoming another user takes root"))
struct ControlTests {
    /// A sandbox that makes no jail.
    private struct NoSandbox: SandboxProvider {
        let isAvailable = false
        let events = AsyncStream<SandboxEvent> { $0.finish() }

        func open(_ spec: JailSpec) async throws -> any SandboxSession {
            throw SandboxError.unavailable
        }
    }

    /// The attacks that an ordinary user cannot make outside either: CanFailTests alone covers
    /// them.
    private static let impossibleOutside: Set = [
        "read-only", "dev replacing", "compile-bomb endless include",
    ]

    @Test(arguments: Arsenal.attacks)
    func `outside, an attack succeeds`(attack: Attack) throws {
        let canaries = try Canaries()
        defer { canaries.remove() }
        let harness = AttackHarness(
            sandbox: NoSandbox(),
            runtimes: Runtimes(installed: [], missing: []),
            limits: Limits { _ in 0 },
            programs: Checkout.attacks,
            canaries: canaries.paths,
            secret: canaries.secret
        )
        switch try harness.control(of: attack) {
        case .succeeded: #expect(!Self.impossibleOutside.contains(attack.name))
        case .provesNothing: #expect(Self.impossibleOutside.contains(attack.name))
        case .failed(let why): Issue.record("\(attack): \(why)")
        }
    }
}
