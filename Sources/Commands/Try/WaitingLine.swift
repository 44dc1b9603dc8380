import Foundation
import Glibc
import Synchronization

/// A line on the terminal while the user waits: the reason for the wait, and its duration.
///
/// The line is drawn on standard error, in place, once a second from the first second on, so that a
/// quick command leaves no trace and nothing flickers. The line is erased afterwards. If standard
/// error is not a terminal, nothing is drawn.
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

    /// Changes the displayed reason for the wait.
    func say(_ what: String) {
        let isShown = state.withLock { state in
            let isNews = state.what != what
            state.what = what
            return state.isShown && isNews
        }
        if isShown { draw() }
    }

    /// Erases the line for good.
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
