import Foundation
import Synchronization

/// The callers of a soak, each on its own connection, and their results by minute.
final class SoakRun: Sendable {
    /// The counts of one minute.
    struct Minute: Sendable {
        var executions = 0
        /// The milliseconds from request to answer, of honest programs.
        var honestTimes: [Double] = []
        var wrong = 0
        var readings: [SoakReading] = []
    }

    private struct State {
        var deck: Deck<SoakProgram>
        var minutes: [Minute] = [Minute()]
        /// The descriptions of the first few wrong answers.
        var complaints: [String] = []
        var isEnding = false
    }

    private static let complaintsMax = 5

    private let address: HTTPAddress
    private let key: String
    private let start = ContinuousClock.now
    private let state: Mutex<State>
    private let callers = DispatchGroup()
    private let ended = DispatchSemaphore(value: 0)

    init(_ address: HTTPAddress, key: String, _ deck: Deck<SoakProgram>) {
        self.address = address
        self.key = key
        state = Mutex(State(deck: deck))
    }

    var minutes: [Minute] { state.withLock(\.minutes) }
    var complaints: [String] { state.withLock(\.complaints) }
    var elapsedSeconds: Double { start.duration(to: .now) / .seconds(1) }

    func begin(callers count: Int) {
        for _ in 0..<count {
            callers.enter()
            Thread.detachNewThread {
                self.ask()
                self.callers.leave()
            }
        }
    }

    /// Stops the callers: no further request begins.
    func end() {
        state.withLock { $0.isEnding = true }
        ended.signal()
    }

    func waitForCallers() { callers.wait() }

    /// - Returns: whether the run goes on.
    func wait(untilSecond second: Double) -> Bool {
        let left = max(0, second - elapsedSeconds)
        if ended.wait(timeout: .now() + left) == .success { ended.signal() }
        return !state.withLock(\.isEnding)
    }

    func note(_ reading: SoakReading) { change { $0.readings.append(reading) } }

    private func change(_ body: (inout Minute) -> Void) {
        let minute = Int(elapsedSeconds / 60)
        state.withLock { state in
            while state.minutes.count <= minute { state.minutes.append(Minute()) }
            body(&state.minutes[minute])
        }
    }

    /// One caller: a request after another, on a new connection where the last has ended.
    private func ask() {
        while !state.withLock(\.isEnding) {
            do {
                let connection = try HTTPConnection(address)
                while let program = next() { try ask(program, on: connection) }
            } catch {
                complain("\(error)")
            }
        }
    }

    private func next() -> SoakProgram? {
        state.withLock { $0.isEnding ? nil : $0.deck.draw() }
    }

    private func ask(_ program: SoakProgram, on connection: HTTPConnection) throws {
        let body = try program.body()
        let start = ContinuousClock.now
        let answer = try connection.post(
            "/api/v1/executions",
            headers: ["Authorization: Bearer \(key)"],
            body
        )
        let time = start.duration(to: .now).inMilliseconds
        let decoded = try? JSONDecoder().decode(SoakAnswer.Envelope.self, from: answer.body)
        let isRight = decoded.map { program.isExpected($0.data) } ?? false
        change { minute in
            minute.executions += 1
            if program.isHonest { minute.honestTimes.append(time) }
        }
        if !isRight {
            let said = String(decoding: answer.body.prefix(400), as: UTF8.self)
            complain("\(program.name): \(answer.status) \(said)")
        }
    }

    private func complain(_ text: String) {
        change { $0.wrong += 1 }
        state.withLock { state in
            if state.complaints.count < Self.complaintsMax { state.complaints.append(text) }
        }
    }
}

/// The server's memory, descriptors and jails at one moment.
struct SoakReading: Sendable {
    let frontBytes: Int
    let wardenBytes: Int
    let frontDescriptors: Int
    let wardenDescriptors: Int
    let groups: Int
    let jailProcesses: Int

    init(_ family: ProcessFamily, _ groups: JailGroups) {
        frontBytes = family.front.residentBytes
        wardenBytes = family.warden.residentBytes
        frontDescriptors = family.front.descriptors
        wardenDescriptors = family.warden.descriptors
        self.groups = groups.count
        jailProcesses = family.jailProcesses
    }
}
