import Foundation
import Glibc
import Synchronization

/// One line on the terminal while the user waits: for what, and for how long.
///
/// Drawn on standard error, in place, once a second from the first second on, so that what is quick
/// leaves no trace and nothing flickers; erased afterwards. Where standard error is no terminal,
/// nothing is drawn at all.
final class WaitingLine: Sendable {
    private struct State {
        var what: String
        var isShown = false
        var isOver = false
        var ticking: Task<Void, any Error>?
    }

    private let state: Mutex<State>
    private let begin = ContinuousClock.now

    init(_ what: String) {
        state = Mutex(State(what: what))
        guard isatty(STDERR_FILENO) == 1 else { return }
        let ticking = Task { [weak self] in
            while true {
                try await Task.sleep(for: .seconds(1))
                self?.draw()
            }
        }
        state.withLock { $0.ticking = ticking }
    }

    /// Says from now on what is waited for.
    func say(_ what: String) {
        let isShown = state.withLock { state in
            let isNews = state.what != what
            state.what = what
            return state.isShown && isNews
        }
        if isShown { draw() }
    }

    /// Nothing is drawn afterwards.
    func erase() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isOver = true
            state.ticking?.cancel()
            if state.isShown { Self.write("\r\u{1b}[K") }
        }
    }

    private func draw() {
        state.withLock { state in
            guard !state.isOver else { return }
            state.isShown = true
            let seconds = (ContinuousClock.now - begin).components.seconds
            Self.write("\r\(state.what), \(seconds) s\u{1b}[K")
        }
    }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
