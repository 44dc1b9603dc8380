import Foundation
import TestSupport

/// The orders to the service, and the kills meanwhile.
///
/// All of it follows from the seed. The moment of a kill is a count of orders, so that a seed means
/// the same on a slow machine.
struct ChaosPlan: Sendable {
    struct Order: Sendable {
        let number: Int
        let manner: Manner
        let program: Program
    }

    enum Manner: Sendable {
        /// Submitted with a callback, and not polled.
        case callback
        /// Submitted, and polled to its end.
        case asynchronous
        case synchronous
        /// An anonymous caller's order.
        case trial
    }

    enum Program: CaseIterable, Sendable {
        case echo, failure, nap, python
    }

    struct Kill: Sendable {
        let moment: Int
        let victim: Victim
    }

    enum Victim: String, Sendable {
        case initOfAJail, warden, front, frontAndWarden, monitor, everything
    }

    let orders: [Order]
    let kills: [Kill]

    init(seed: UInt64, executions: Int) {
        var random = SeededGenerator(seed: seed)
        let manners: [(Manner, weight: Int)] = [
            (.callback, 35), (.asynchronous, 25), (.synchronous, 25), (.trial, 15),
        ]
        let weighted = manners.flatMap { Array(repeating: $0, count: $1) }
        orders = (0..<executions).map { number in
            Order(
                number: number,
                manner: weighted.randomElement(using: &random) ?? .callback,
                program: Program.allCases.randomElement(using: &random) ?? .echo
            )
        }
        let victims: [(Victim, times: Int)] = [
            (.initOfAJail, 5), (.warden, 5), (.front, 3), (.frontAndWarden, 2), (.monitor, 1),
            (.everything, 1),
        ]
        // The counts are for a thousand executions; they scale down with the number, to at least
        // one.
        let times = { (times: Int) in max(1, times * executions / 1_000) }
        let shuffled = victims.flatMap { Array(repeating: $0, count: times($1)) }
            .shuffled(using: &random)
        let moments = (10..<(executions * 19 / 20)).shuffled(using: &random)
        kills = zip(moments.prefix(shuffled.count).sorted(), shuffled).map(Kill.init)
    }

    func orders(_ manners: Manner...) -> [Order] { orders.filter { manners.contains($0.manner) } }
}

extension ChaosPlan.Order {
    var code: (language: String, text: String) {
        switch program {
        case .echo: ("bash", "echo \(number)")
        case .failure: ("bash", "echo \(number); exit 3")
        case .nap: ("bash", "sleep 0.05; echo \(number)")
        case .python: ("python", "print(\(number))")
        }
    }

    var expectedStatus: String { program == .failure ? "failed" : "succeeded" }
    var expectedOutput: String { "\(number)\n" }
}
