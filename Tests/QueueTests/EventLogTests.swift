import Domain
import Foundation
import TestSupport
import Testing

@testable import Queue

/// The kept events of an execution, and the gaps that a reader gets.
@Suite struct EventLogStateTests {
    /// Room for three events of one byte.
    private var log = EventLogState(bytesMax: 3 * 65)

    private func output(_ text: String) -> ExecutionEvent.Kind {
        .output(.run(0), StageOutput(stream: .stdout, bytes: Data(text.utf8)))
    }

    private func read(from first: Int) -> [ExecutionEvent] {
        var events: [ExecutionEvent] = []
        var number = first
        while let event = log.event(from: number) {
            events.append(event)
            number = event.lastNumber + 1
        }
        return events
    }

    @Test mutating func `events are numbered from 1 in their order, and read from any number`() {
        let kinds = [.status(.queued, attempt: 0), .status(.running, attempt: 1), output("a")]
        for kind in kinds { log.append(kind) }
        #expect(read(from: 1).map(\.kind) == kinds)
        #expect(read(from: 1).map(\.number) == [1, 2, 3])
        #expect(read(from: 3).map(\.kind) == [output("a")])
        #expect(read(from: 4) == [])
        #expect(read(from: 100) == [])
    }

    @Test mutating func `up to the bound everything is kept`() {
        for text in ["a", "b", "c"] { log.append(output(text)) }
        #expect(read(from: 1).map(\.kind) == [output("a"), output("b"), output("c")])
    }

    @Test mutating func `above the bound the oldest output goes, and a gap says so`() {
        log.append(.status(.running, attempt: 1))
        for text in ["a", "b", "c", "d", "e"] { log.append(output(text)) }
        #expect(
            read(from: 1) == [
                ExecutionEvent(number: 1, kind: .status(.running, attempt: 1)),
                ExecutionEvent(number: 2, kind: .gap(through: 3)),
                ExecutionEvent(number: 4, kind: output("c")),
                ExecutionEvent(number: 5, kind: output("d")),
                ExecutionEvent(number: 6, kind: output("e")),
            ]
        )
        #expect(read(from: 3).first == ExecutionEvent(number: 3, kind: .gap(through: 3)))
        #expect(read(from: 4).first?.kind == output("c"))
    }

    @Test mutating func `a piece above the bound is a gap by itself`() {
        log.append(output(String(repeating: "x", count: 1_000)))
        #expect(read(from: 1) == [ExecutionEvent(number: 1, kind: .gap(through: 1))])
        log.append(.status(.running, attempt: 2))
        #expect(read(from: 1).map(\.number) == [1, 2])
    }

    @Test mutating func `what is not output is never dropped`() {
        for attempt in 1...100 {
            log.append(.status(.running, attempt: attempt))
            log.append(output("x"))
        }
        let statuses = read(from: 1).filter { if case .status = $0.kind { true } else { false } }
        #expect(statuses.count == 100)
        #expect(read(from: 1).map(\.lastNumber).last == 200)
    }
}

/// Readers of a log, and waiters for its end.
@Suite(.guardedAgainstHanging) struct EventLogTests {
    private let log = EventLog(bytesMax: 1_000)
    private let ended = Execution(
        id: "exe_1",
        owner: .organization("org_1"),
        request: .named("1"),
        createdAt: ManualClock().date,
        state: .cancelled(startedAt: nil, finishedAt: ManualClock().date)
    )

    private func output(_ index: Int) -> ExecutionEvent.Kind {
        .output(.run(0), StageOutput(stream: .stdout, bytes: Data("\(index)".utf8)))
    }

    @Test func `a reader has what was, what comes, and the result`() async throws {
        let log = log
        log.append(.status(.queued, attempt: 0))
        let (first, isRead) = AsyncStream<Void>.makeStream()
        let reader = Task {
            var kinds: [ExecutionEvent.Kind] = []
            for try await event in log.events(from: 0) {
                kinds.append(event.kind)
                isRead.yield()
            }
            return kinds
        }
        for await _ in first { break }
        log.append(output(1))
        log.finish(.success(ended))
        log.append(output(2))
        let (queued, end) = (ExecutionEvent.Kind.status(.queued, attempt: 0), ended)
        #expect(try await reader.value == [queued, output(1), .result(end)])
        #expect(try await log.result() == ended)
    }

    @Test func `many readers, from where they like, have the same`() async throws {
        let log = log
        try await withThrowingTaskGroup(of: [Int].self) { group in
            for first in 1...10 {
                group.addTask {
                    var numbers: [Int] = []
                    for try await event in log.events(from: first) { numbers.append(event.number) }
                    return numbers
                }
            }
            for index in 1...9 { log.append(output(index)) }
            log.finish(.success(ended))
            for try await numbers in group { #expect(numbers == Array((numbers.first ?? 0)...10)) }
        }
    }

    @Test func `a reader that is slow holds up nobody, and is told of what it missed`()
        async throws
    {
        for index in 1...2 { log.append(output(index)) }
        var events = log.events(from: 1).makeAsyncIterator()
        #expect(try await events.next()?.kind == output(1))
        for index in 3...100 { log.append(output(index)) }
        let gap = try #require(try await events.next())
        #expect(gap.number == 2)
        guard case .gap(let through) = gap.kind else {
            Issue.record("\(gap)")
            return
        }
        #expect(try await events.next()?.kind == output(through + 1))
        log.finish(.success(ended))
        var last: ExecutionEvent?
        while let event = try await events.next() { last = event }
        #expect(last?.kind == .result(ended))
    }

    @Test func `a reader and a waiter that are cancelled end at once, others do not`() async throws
    {
        let log = log
        let reader = Task { for try await _ in log.events(from: 1) {} }
        let waiter = Task { try await log.resultUnlessCancelled() }
        let patient = Task { try await log.result() }
        reader.cancel()
        waiter.cancel()
        patient.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        await #expect(throws: CancellationError.self) { try await waiter.value }
        log.finish(.success(ended))
        #expect(try await patient.value == ended)
        #expect(try await log.resultUnlessCancelled() == ended)
    }

    @Test func `where there is no result, readers and waiters are told why`() async throws {
        log.append(.status(.queued, attempt: 0))
        log.finish(.failure(SubmissionRefusal.draining))
        log.finish(.success(ended))
        var events = log.events(from: 1).makeAsyncIterator()
        #expect(try await events.next()?.kind == .status(.queued, attempt: 0))
        await #expect(throws: SubmissionRefusal.draining) { try await events.next() }
        await #expect(throws: SubmissionRefusal.draining) { try await log.result() }
    }

    // MARK: Events of an execution

    @Test func `an execution tells of its states, its output and its result, attempt by attempt`()
        async throws
    {
        let gates = Gates()
        let runs = Journal()
        let world = World(script: { jail, _, _, io in
            try await gates.pass("begin")
            if case .observer(let tell) = io.output {
                tell(StageOutput(stream: .stderr, bytes: Data("out".utf8)))
            }
            runs.record(.heard(jail))
            if runs.count(of: .heard(jail)) == 1 { throw SandboxError.lost }
            return .exited(0)
        })
        let submission = try await world.submit("1")
        let events = try #require(await world.queue.events(of: "1", organization: "pro", from: 1))
        gates.open("begin")
        let output = ExecutionEvent.Kind.output(
            .run(0),
            StageOutput(stream: .stderr, bytes: Data("out".utf8))
        )
        let finished = try await submission.finished()
        var seen: [ExecutionEvent.Kind] = []
        for try await event in events { seen.append(event.kind) }
        #expect(
            seen == [
                .status(.queued, attempt: 0), .status(.running, attempt: 1), output,
                .status(.running, attempt: 2), output, .result(finished),
            ]
        )
        let late = await world.queue.events(of: "1", organization: "pro", from: 1)
        #expect(late == nil)
    }

    @Test func `nobody else's execution tells anything`() async throws {
        let world = World()
        let submission = try await world.submit("1")
        let others = await world.queue.events(of: "1", organization: "other", from: 1)
        #expect(others == nil)
        world.gates.open("1")
        _ = try await submission.finished()
    }
}
