import ArgumentParser
import Commands
import Foundation
import Glibc
import Synchronization

/// The resources of a running benchmark on this machine: a temporary folder, and background
/// processes.
///
/// The scene deletes the folder and ends the processes after a report, an error and Ctrl-C alike.
final class BenchScene: Sendable {
    let folder: String
    private let state = Mutex(State())
    private let isCleared = Mutex(false)

    private struct State {
        var processes: Set<pid_t> = []
        var isInterrupted = false
        /// Whether the scene is ending: a process that is added then ends at once.
        var isEnding = false
        var onInterruption: (@Sendable () -> Void)?
    }

    /// Makes a scene, and clears it when `body` has ended.
    ///
    /// - Throws: the error of `body`; after an interruption only the exit code for it, since the
    ///   interruption caused every other failure.
    static func with<Result>(
        _ body: (BenchScene) async throws -> Result
    ) async throws -> Result {
        let scene = try BenchScene()
        let interruption = Interruption { scene.interrupt() }
        defer { withExtendedLifetime(interruption) { scene.clear() } }
        do {
            return try await body(scene)
        } catch {
            if scene.state.withLock(\.isInterrupted) { throw CommandError.interrupted }
            throw error
        }
    }

    private init() throws {
        var template = Array(
            (FileManager.default.temporaryDirectory.path + "/quicksand-bench-XXXXXX").utf8CString
        )
        guard mkdtemp(&template) != nil else {
            throw CommandError(1, "no temporary folder can be made: errno \(errno)")
        }
        folder = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
        // A server drops to another user, who must reach the data folder inside this folder.
        chmod(folder, 0o755)
    }

    /// Makes a folder inside the scene's folder.
    func makeFolder(_ name: String) throws -> String {
        let path = folder + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    /// Writes a file into the scene's folder.
    /// - Returns: the file's path.
    func write(_ content: Data, as name: String) throws -> String {
        let path = folder + "/" + name
        try content.write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Hands a process to the scene, which ends it by SIGTERM at the latest when the scene ends.
    func own(_ process: pid_t) {
        let isTooLate = state.withLock { state in
            if !state.isEnding { state.processes.insert(process) }
            return state.isEnding
        }
        if isTooLate { Self.end(process) }
    }

    /// Ends a process of the scene, and waits for its end.
    func end(_ process: pid_t) {
        if state.withLock({ $0.processes.remove(process) }) != nil { Self.end(process) }
    }

    /// Sets a handler for an interruption; the handler replaces the immediate exit.
    func onInterruption(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.onInterruption = body }
    }

    private func interrupt() {
        let body = state.withLock { state in
            state.isInterrupted = true
            return state.onInterruption
        }
        if let body { return body() }
        clear()
        Foundation.exit(CommandError.interruptedCode)
    }

    /// Ends the processes and deletes the folder.
    ///
    /// A second caller waits until the first has finished, so that neither exits before that.
    private func clear() {
        isCleared.withLock { isCleared in
            guard !isCleared else { return }
            isCleared = true
            let processes = state.withLock { state in
                state.isEnding = true
                defer { state.processes = [] }
                return state.processes
            }
            for process in processes { Self.end(process) }
            try? FileManager.default.removeItem(atPath: folder)
        }
    }

    private static func end(_ process: pid_t) {
        kill(process, SIGTERM)
        _ = ChildProcess.reap(process)
    }
}

extension CommandError {
    /// 128 plus the number of SIGINT, as in shells.
    fileprivate static let interruptedCode: Int32 = 130
    static var interrupted: ExitCode { ExitCode(interruptedCode) }
}
