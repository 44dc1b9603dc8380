import Commands
import Foundation
import Synchronization

/// An attack under way: its callers go on until it is ended.
final class Siege: Sendable {
    private let target: SiegeTarget
    private let isEnding = Mutex(false)
    private let all = DispatchGroup()

    init(_ attack: SiegeAttack, on target: SiegeTarget) {
        self.target = target
        for caller in 0..<attack.callers {
            all.enter()
            Thread.detachNewThread { [self] in
                var turn = SiegeAttack.Turn(caller: caller, round: 0)
                while !isEnding.withLock(\.self) {
                    // What the server refuses is what it should do.
                    do {
                        try attack.act(target, turn)
                    } catch {
                        Thread.sleep(forTimeInterval: 0.02)
                    }
                    turn.round += 1
                }
                all.leave()
            }
        }
    }

    /// Ends the attack, also the calls that wait for an answer.
    func end() {
        isEnding.withLock { $0 = true }
        while all.wait(timeout: .now() + .milliseconds(100)) == .timedOut { target.hangUp() }
    }
}
