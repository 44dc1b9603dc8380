import Commands
import Foundation
import Synchronization

/// The caller whom no attack may disturb.
struct SiegeNeighbour {
    /// What the caller and a monitor saw in a time.
    struct Seen {
        var milliseconds: [Double] = []
        /// The calls that were refused or got no answer.
        var failed = 0
        /// The slowest answer of `/health/live`.
        var healthMilliseconds = 0.0
        var frontPeakBytes = 0
        var wardenBytes = 0
    }

    private static let pauseSeconds = 0.1

    private let server: BenchServer
    private let key: String
    private let request: RunRequest

    init(_ server: BenchServer, key: String) throws {
        self.server = server
        self.key = key
        request = try RunRequest(try .named("python"))
        let caller = try HTTPCaller(server.address, key: key)
        for _ in 0..<Rounds.warmUpsStandard { try caller.ask(request) }
    }

    func measure(for seconds: Int) throws -> Seen {
        forgetPeak()
        let monitor = SiegeMonitor(server.address)
        var seen = Seen()
        var caller = try? HTTPCaller(server.address, key: key)
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            do {
                let connected = try caller ?? HTTPCaller(server.address, key: key)
                caller = connected
                seen.milliseconds.append(try connected.ask(request).milliseconds)
            } catch {
                seen.failed += 1
                caller = nil
            }
            Thread.sleep(forTimeInterval: Self.pauseSeconds)
        }
        seen.healthMilliseconds = monitor.end()
        seen.frontPeakBytes = try peakBytes()
        seen.wardenBytes = ProcessFamily(front: server.process)?.warden.residentBytes ?? 0
        return seen
    }

    /// Begins the peak of the front's memory anew (proc(5), `clear_refs`).
    private func forgetPeak() {
        try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/\(server.process)/clear_refs"))
    }

    private func peakBytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(server.process)/status", encoding: .utf8)
        guard let peak = status.firstMatch(of: /VmHWM:\s*([0-9]+) kB/), let kibibytes = Int(peak.1)
        else { throw CommandError(1, "the benchmark's server has ended") }
        return kibibytes << 10
    }
}

/// Asks for the server's health, each time on a new connection, until it is ended.
private final class SiegeMonitor: Sendable {
    private let isEnding = Mutex(false)
    private let slowest = Mutex(0.0)
    private let ended = DispatchSemaphore(value: 0)

    init(_ address: HTTPAddress) {
        Thread.detachNewThread { [self] in
            while !isEnding.withLock(\.self) {
                let start = ContinuousClock.now
                _ = try? HTTPConnection(address).get("/health/live")
                let time = start.duration(to: .now).inMilliseconds
                slowest.withLock { $0 = max($0, time) }
                Thread.sleep(forTimeInterval: 0.25)
            }
            ended.signal()
        }
    }

    /// - Returns: the milliseconds of the slowest answer.
    func end() -> Double {
        isEnding.withLock { $0 = true }
        ended.wait()
        return slowest.withLock(\.self)
    }
}
