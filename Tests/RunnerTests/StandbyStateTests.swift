import Domain
import Foundation
import TestSupport
import Testing

@testable import Runner

/// A jail that runs no program.
private struct IdleSession: StandbySession, SandboxSession {
    func take(files: [SourceFile]) -> any SandboxSession { self }
    func run(_ stage: StageSpec, io: StageIO) async throws -> StageReport {
        throw SandboxError.lost
    }
    func close() {}
    func close(then gone: @escaping @Sendable () -> Void) { gone() }
}

@Suite final class StandbyStateTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)
    private var state = StandbyState(
        bounds: StandbyBounds(jailsMax: 4, memoryBytesMax: 100, processors: 2)
    )

    private func spec(_ runtime: UInt16 = 1, isBooted: Bool = true) -> StandbySpec {
        StandbySpec(
            for: JailSpec(
                runtime: runtime,
                profile: .strict,
                files: [],
                limits: Limits { _ in 1 },
                boot: isBooted
                    ? BootProgram(arguments: ["/bin/x"], environment: [:], entry: "main") : nil
            )
        )
    }

    private func arrive(
        _ spec: StandbySpec,
        isBacklogged: Bool = false,
        at now: Date
    ) -> (any StandbySession)? {
        state.arrive(spec, isBacklogged: isBacklogged, at: now)
    }

    private func made(_ ticket: StandbyState.Ticket, _ jail: any StandbySession) -> Bool {
        state.made(ticket, jail)
    }

    private func expire(_ ticket: StandbyState.Ticket) -> (any StandbySession)? {
        state.expire(ticket)
    }

    private func close() -> [any StandbySession] { state.close() }

    /// Records one arrival and its end, which leaves demand for a jail.
    private func want(_ spec: StandbySpec, at now: Date) {
        _ = state.arrive(spec, at: now)
        state.leave()
    }

    /// Returns the next jail to make, and closes the jail that it replaces.
    private func nextToMake(
        at now: Date
    ) -> (ticket: StandbyState.Ticket, spec: StandbySpec)? {
        while let step = state.nextStep(at: now) {
            if case .make(let ticket, let spec, _) = step { return (ticket, spec) }
        }
        return nil
    }

    /// Makes a jail, and reports it as ready.
    private func stand(at now: Date, bytes: Int64 = 1, milliseconds: Int = 35_000) -> Bool {
        guard let (ticket, _) = nextToMake(at: now) else { return false }
        _ = state.made(ticket, IdleSession())
        let change = StandbyChange.ready(milliseconds: milliseconds, memoryBytes: bytes)
        state.change(change, of: ticket, at: now)
        return true
    }

    @Test func `nothing is made for what nobody has asked for`() {
        #expect(nextToMake(at: start)?.ticket == nil)
    }

    @Test func `what was wanted once stands by, and is taken once`() {
        #expect(arrive(spec(), at: start) == nil)
        state.leave()
        #expect(stand(at: start))
        #expect(arrive(spec(), at: start) != nil)
        #expect(arrive(spec(), at: start) == nil)
        #expect((state.taken, state.missed) == (1, 2))
    }

    @Test func `a jail of another shape is never taken`() {
        want(spec(), at: start)
        #expect(stand(at: start))
        var other = spec()
        other.limits[.memoryBytes] = 2
        #expect(arrive(spec(2), at: start) == nil)
        #expect(arrive(spec(isBooted: false), at: start) == nil)
        #expect(arrive(other, at: start) == nil)
        var narrower = spec()
        narrower.limits[.wallMilliseconds] = 2
        #expect(arrive(narrower, at: start) != nil)
    }

    @Test func `one whose program is still starting is not taken`() throws {
        want(spec(), at: start)
        let (ticket, _) = try #require(nextToMake(at: start))
        #expect(made(ticket, IdleSession()))
        #expect(arrive(spec(), at: start) == nil)
        #expect(state.booting == 1)
    }

    @Test func `one that is about to end is not taken`() {
        want(spec(), at: start)
        #expect(stand(at: start, milliseconds: 10_000))
        #expect(arrive(spec(), at: start.addingTimeInterval(8)) == nil)
        #expect(arrive(spec(), at: start.addingTimeInterval(7.9)) != nil)
    }

    @Test func `more stand by where more come, and none after ten quiet minutes`() {
        want(spec(), at: start)
        #expect(stand(at: start))
        #expect(nextToMake(at: start)?.ticket == nil)
        for _ in 0..<100 { want(spec(2), at: start) }
        for _ in 0..<3 { #expect(stand(at: start)) }
    }

    @Test func `what was wanted is kept for ten minutes, and no longer`() {
        want(spec(), at: start)
        #expect(nextToMake(at: start.addingTimeInterval(601))?.ticket == nil)
        #expect(nextToMake(at: start.addingTimeInterval(599))?.ticket != nil)
    }

    @Test func `no more stand by than may, nor hold more memory`() {
        for _ in 0..<1_000 { want(spec(), at: start) }
        for _ in 0..<4 { #expect(stand(at: start)) }
        #expect(!stand(at: start))
        state = StandbyState(
            bounds: StandbyBounds(jailsMax: 4, memoryBytesMax: 100, processors: 2)
        )
        for _ in 0..<1_000 { want(spec(), at: start) }
        #expect(stand(at: start, bytes: 99))
        #expect(stand(at: start, bytes: 1))
        #expect(!stand(at: start))
    }

    @Test func `where the pool is full, the least wanted make room for who has none`() {
        for _ in 0..<100 { want(spec(2), at: start) }
        for _ in 0..<4 { #expect(stand(at: start)) }
        for _ in 0..<200 { want(spec(3), at: start) }
        #expect(stand(at: start))
        #expect(state.count == 4)
        #expect(arrive(spec(3), at: start) != nil)
        state.leave()
        want(spec(4), at: start)
        // A place is free, and this shape never had a jail.
        #expect(stand(at: start))
        #expect(arrive(spec(4), at: start) != nil)
    }

    @Test func `shapes that were asked for once do not keep the pool from one that is busy`() {
        for runtime in UInt16(10)..<14 {
            want(spec(runtime), at: start)
            #expect(stand(at: start))
        }
        for _ in 0..<200 { want(spec(2), at: start) }
        for _ in 0..<4 { #expect(stand(at: start)) }
        #expect(state.count == 4)
        for _ in 0..<4 { #expect(arrive(spec(2), at: start) != nil) }
    }

    @Test func `a shape that is asked for all the time does not keep another waiting`() throws {
        for _ in 0..<1_000 { want(spec(2), at: start) }
        want(spec(1), at: start)
        var made: [UInt16] = []
        for _ in 0..<4 {
            let (ticket, next) = try #require(nextToMake(at: start))
            made.append(next.runtime)
            _ = state.made(ticket, IdleSession())
            state.change(.ready(milliseconds: 35_000, memoryBytes: 1), of: ticket, at: start)
            // Each jail is taken as soon as it is ready.
            #expect(arrive(next, at: start) != nil)
            state.leave()
        }
        #expect(Set(made.prefix(2)) == [1, 2])
        #expect(Set(made.suffix(2)) == [1, 2])
    }

    @Test func `who is kept waiting by their own work is served after those who are not`() throws {
        for _ in 0..<1_000 {
            _ = arrive(spec(2), isBacklogged: true, at: start)
            state.leave()
        }
        #expect(nextToMake(at: start)?.spec.runtime == 2)
        for _ in 0..<4 { want(spec(1), at: start) }
        for _ in 0..<2 { #expect(nextToMake(at: start)?.spec.runtime == 1) }
        state = StandbyState(
            bounds: StandbyBounds(jailsMax: 1, memoryBytesMax: 100, processors: 2)
        )
        want(spec(1), at: start)
        #expect(stand(at: start))
        for _ in 0..<1_000 {
            _ = arrive(spec(2), isBacklogged: true, at: start)
            state.leave()
        }
        // They do not displace other callers' jails where the pool is full either.
        #expect(nextToMake(at: start)?.ticket == nil)
        #expect(arrive(spec(1), at: start) != nil)
    }

    @Test func `who has more waiting leaves the last one to others`() {
        for _ in 0..<100 { want(spec(), at: start) }
        for _ in 0..<2 { #expect(stand(at: start)) }
        #expect(arrive(spec(), isBacklogged: true, at: start) != nil)
        #expect(arrive(spec(), isBacklogged: true, at: start) == nil)
        #expect(arrive(spec(), at: start) != nil)
        #expect((state.taken, state.missed) == (2, 101))
    }

    @Test func `one is made beside the work of every processor, and no more`() {
        for _ in 0..<100 { want(spec(), at: start) }
        for _ in 0..<2 { _ = state.arrive(spec(), at: start) }
        #expect(nextToMake(at: start)?.ticket != nil)
        #expect(nextToMake(at: start)?.ticket == nil)
        state.leave()
        #expect(nextToMake(at: start)?.ticket != nil)
        #expect(nextToMake(at: start)?.ticket == nil)
    }

    @Test func `one that never comes to stand is tried again later and later`() throws {
        want(spec(), at: start)
        var now = start
        for seconds in [1.0, 2, 4, 8] {
            let (ticket, _) = try #require(nextToMake(at: now))
            state.change(.gone, of: ticket, at: now)
            #expect(nextToMake(at: now.addingTimeInterval(seconds - 0.1))?.ticket == nil)
            now += seconds
        }
    }

    @Test func `one that stood and is gone is replaced by demand, without a pause`() throws {
        want(spec(), at: start)
        let (ticket, _) = try #require(nextToMake(at: start))
        #expect(made(ticket, IdleSession()))
        state.change(.ready(milliseconds: 35_000, memoryBytes: 1), of: ticket, at: start)
        state.change(.gone, of: ticket, at: start)
        #expect(state.count == 0)
        #expect(nextToMake(at: start)?.ticket != nil)
    }

    @Test func `a blank jail is ready as soon as it is asked for, and expires`() throws {
        want(spec(isBooted: false), at: start)
        let (ticket, _) = try #require(nextToMake(at: start))
        #expect(made(ticket, IdleSession()))
        #expect(state.ready == 1)
        #expect(expire(ticket) != nil)
        #expect(expire(ticket) == nil)
        #expect(state.count == 0)
    }

    @Test func `after closing nothing is made, and what comes too late is turned away`()
        throws
    {
        want(spec(), at: start)
        let (ticket, _) = try #require(nextToMake(at: start))
        #expect(close().isEmpty)
        #expect(!made(ticket, IdleSession()))
        #expect(nextToMake(at: start)?.ticket == nil)
        #expect(arrive(spec(), at: start) == nil)
    }

    @Test func `callers cannot make it remember shapes without end`() {
        for runtime in 0..<UInt16(2_000) { want(spec(runtime), at: start) }
        #expect(state.shapeCount <= StandbyBounds.shapesMax + 1)
    }
}
