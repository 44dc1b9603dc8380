import Catalog
import Domain
import EscapeCorpus
import Foundation
import WardenClient

/// `quicksand doctor --attack`: runs the hostile programs of the release criteria on this machine.
///
/// Each attack runs in jails of this machine's warden, and once outside, as an ordinary user. The
/// run outside shows that the attack works on this machine, and is not merely something that every
/// kernel of this kind refuses.
struct DoctorAttack {
    let catalog: Catalog
    let session: WardenConnection
    let answering: [SystemCallProfile: Set<Int>]
    let programs: URL

    /// Runs every attack and prints each row at once: all attacks together take a minute or two.
    /// - Returns: whether every attack was refused.
    func run() async throws -> Bool {
        let canary = try Canary()
        defer { canary.remove() }
        guard let plan = catalog.plans["pro"] else {
            throw CommandError(2, "there is no plan 'pro'")
        }
        let harness = AttackHarness(
            sandbox: session,
            runtimes: catalog.runtimes,
            limits: plan.defaults,
            programs: programs,
            canaries: [canary.path],
            secret: canary.secret
        )
        var cameThrough: [String] = []
        var notMade = 0
        let attacks = Corpus.attacks(answering: answering)
        let width = attacks.map(\.description.count).max() ?? 0
        for attack in attacks {
            let outcome = try await harness.make(attack)
            let word: String
            switch outcome {
            case .refused: word = "refused"
            case .notMade:
                word = "NOT MADE"
                notMade += 1
            case .cameThrough:
                word = "CAME THROUGH"
                cameThrough.append(attack.description)
            }
            let name = attack.description.padding(toLength: width, withPad: " ", startingAt: 0)
            print("\(name)  \(word), \(attack.wall.words); outside: \(control(attack, harness))")
            switch outcome {
            case .refused: break
            case .notMade(let why): print("    " + why)
            case .cameThrough(let breaches): for breach in breaches { print("    " + breach) }
            }
        }
        print("\(attacks.count) attacks, \(cameThrough.count) came through, \(notMade) not made")
        return cameThrough.isEmpty
    }

    private func control(_ attack: Attack, _ harness: AttackHarness) -> String {
        do {
            switch try harness.control(of: attack) {
            case .succeeded: return "succeeds"
            case .provesNothing(let why): return "proves nothing: " + why
            case .failed(let why):
                return "proves nothing on this machine: " + why.joined(separator: ", ")
            }
        } catch {
            return "not run: \(error)"
        }
    }

    /// A file that everybody except a jail may read.
    private struct Canary {
        let secret = "canary-" + UUID().uuidString
        let path: String

        init() throws {
            let folder = FileManager.default.temporaryDirectory
            path = folder.appendingPathComponent("quicksand-" + UUID().uuidString).path
            try Data(secret.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        }

        func remove() { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Finds the folder of programs: in a checkout beside their expectations, in an installation
    /// beside the limits and the runtimes.
    static func programs(given folder: String?) throws -> URL {
        let home = URL(fileURLWithPath: Installation.home)
        let candidates =
            folder.map { [URL(fileURLWithPath: $0)] }
            ?? ["Sources/EscapeCorpus/Programs", "attacks"].map(home.appendingPathComponent)
        let found = candidates.first {
            FileManager.default.fileExists(atPath: $0.appendingPathComponent("places.h").path)
        }
        guard let found else {
            let paths = candidates.map(\.path).joined(separator: " or ")
            throw CommandError(
                2,
                "no hostile programs in \(paths): name their folder with --programs"
            )
        }
        return found
    }
}
