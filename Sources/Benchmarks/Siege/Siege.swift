import Commands
import Foundation
import Synchronization

/// The server under attack, and the attacker's key.
struct SiegeTarget: Sendable {
    let address: HTTPAddress
    let key: String
}

/// An attack under way: its callers go on until it is ended.
final class Siege: Sendable {
    private let isEnding = Mutex(false)
    private let all = DispatchGroup()

    init(_ attack: SiegeAttack, on target: SiegeTarget) {
        for caller in 0..<attack.callers {
            all.enter()
            Thread.detachNewThread { [self] in
                var round = 0
                while !isEnding.withLock(\.self) {
                    // What the server refuses is what it should do.
                    do {
                        try attack.act(target, SiegeAttack.Turn(caller: caller, round: round))
                    } catch {
                        Thread.sleep(forTimeInterval: 0.02)
                    }
                    round += 1
                }
                all.leave()
            }
        }
    }

    func end() {
        isEnding.withLock { $0 = true }
        all.wait()
    }
}
