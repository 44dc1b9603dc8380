import Catalog
import Domain
import EscapeCorpus
import Foundation
import Testing
import WardenProtocol
import WardenUnderTest

/// The attacks of the release criteria, with the list of calls in this checkout.
enum Arsenal {
    static let attacks: [Attack] = {
        let profiles = SystemCallProfile.allCases.map { ($0, calls?.answeringZero($0) ?? []) }
        return Corpus.attacks(answering: Dictionary(uniqueKeysWithValues: profiles))
    }()

    static let calls = try? SystemCallList(runtimesFolder: Checkout.root + "/runtimes")

    static func of(_ family: Attack.Family) -> [Attack] { attacks.filter { $0.family == family } }

    /// The sets of layers that must all be missing for an attack to succeed.
    static let gaps: [Gap] = Set(attacks.map(\.wall.layers)).filter { !$0.isEmpty }
        .map(Gap.init).sorted { $0.description < $1.description }

    struct Gap: Sendable, CustomStringConvertible {
        let walls: Set<IsolationLayer>
        var description: String { walls.map { "\($0)" }.sorted().joined(separator: " and ") }
        var attacks: [Attack] { Arsenal.attacks.filter { $0.wall.layers == walls } }
    }
}

extension WardenFixture {
    func harness() throws -> AttackHarness {
        AttackHarness(
            sandbox: session,
            runtimes: catalog.runtimes,
            limits: try limits(),
            programs: Checkout.attacks,
            canaries: try canaries.paths,
            secret: try canaries.secret
        )
    }

    /// Runs the attack from each of its places and in each of its profiles.
    static func expectRefused(_ attack: Attack) async throws {
        let fixture = try #require(current)
        #expect(try await fixture.harness().make(attack) == .refused)
    }
}
