import Domain
import Foundation

/// The decisions of the standby pool.
///
/// The pool passes it the time, arrivals and changes of jails, and gets the next step. It has no
/// side effects, so its tests need neither a clock nor a warden.
struct StandbyState {
    private let bounds: StandbyBounds
    private var pools: [StandbySpec.Shape: ShapePool] = [:]
    private var places: [Ticket: StandbySpec.Shape] = [:]
    private var lastTicket: Ticket = 0
    /// The number of jails that executions hold, from this pool or not.
    private var inUse = 0
    private(set) var isClosed = false
    private(set) var taken = 0
    private(set) var missed = 0

    typealias Ticket = UInt64

    /// The jails of one shape and their demand.
    private struct ShapePool {
        /// The latest spec of this shape, with which the next jail is made.
        var spec: StandbySpec
        var demand = StandbyDemand()
        /// The demand without callers whose own work makes them wait.
        var quietDemand = StandbyDemand()
        var jails: [Ticket: Standing] = [:]
        /// The ticket of the jail that was made last.
        var latest: Ticket = 0
        var failures = 0
        var retryAt = Date.distantPast

        /// The quiet arrivals per second and jail, with one jail more; `needOfLast`: with the
        /// present ones.
        func needOfNext(at now: Date) -> Double {
            quietDemand.rate(at: now) / Double(jails.count + 1)
        }
        func needOfLast(at now: Date) -> Double {
            quietDemand.rate(at: now) / Double(jails.count)
        }

        /// Returns the rates that find the least wanted shape; a flood counts less than quiet
        /// demand.
        func rates(at now: Date) -> (quiet: Double, all: Double) {
            (quietDemand.rate(at: now), demand.rate(at: now))
        }

        /// Returns whether one more jail would spare a caller a wait.
        func isAwaited(at now: Date) -> Bool { jails.count < quietDemand.wanted(at: now) }

        /// Returns whether this shape gets a jail before the other.
        ///
        /// A shape whose next jail spares a wait comes first, then a shape without jails, then the
        /// one that was served longest ago. A caller who floods therefore keeps no other from a
        /// jail.
        func isServed(before other: ShapePool, at now: Date) -> Bool {
            let (isAwaited, isOtherAwaited) = (isAwaited(at: now), other.isAwaited(at: now))
            if isAwaited != isOtherAwaited { return isAwaited }
            if jails.isEmpty != other.jails.isEmpty { return jails.isEmpty }
            if jails.isEmpty { return latest < other.latest }
            return needOfNext(at: now) > other.needOfNext(at: now)
        }
    }

    private struct Standing {
        var jail: (any StandbySession)?
        /// The end of its standby time and its memory; `nil` while its program starts.
        var ready: (until: Date, memoryBytes: Int64)?
    }

    init(bounds: StandbyBounds) { self.bounds = bounds }

    /// Records that an execution requests a jail, and takes one.
    ///
    /// - Parameter isBacklogged: whether more of its caller's executions wait. The caller then
    ///   waits for its own work and not for a start, so it leaves the last jail to others.
    /// - Returns: the jail that has stood by the longest.
    mutating func arrive(
        _ spec: StandbySpec,
        isBacklogged: Bool = false,
        at now: Date
    ) -> (any StandbySession)? {
        inUse += 1
        let shape = spec.shape
        pools[shape, default: ShapePool(spec: spec)].spec = spec
        pools[shape]?.demand.arrive(at: now)
        if !isBacklogged { pools[shape]?.quietDemand.arrive(at: now) }
        forgetOldPools(at: now)
        let fresh = now.addingTimeInterval(StandbyBounds.claimSeconds)
        let fit = (pools[shape]?.jails ?? [:])
            .filter { $0.value.jail != nil && ($0.value.ready?.until ?? .distantPast) > fresh }
        guard fit.count > (isBacklogged ? 1 : 0), let best = fit.min(by: { $0.key < $1.key }),
            let jail = best.value.jail
        else {
            missed += 1
            return nil
        }
        pools[shape]?.jails[best.key] = nil
        places[best.key] = nil
        taken += 1
        return jail
    }

    /// Records that an execution's jail was closed.
    mutating func leave() { inUse -= 1 }

    /// One step of the pool; the caller repeats until none is due.
    enum Step {
        /// - Parameter insteadOf: the jail that it replaces, which must be closed.
        case make(Ticket, StandbySpec, insteadOf: (any StandbySession)?)
        /// Other shapes need the jail's resources more.
        case close(any StandbySession)
    }

    /// Returns the next step, if one is due.
    ///
    /// One program may start beside as many running programs as there are processors. More would
    /// take processor time from running work; without any, every program would have to be started
    /// while its request waits.
    mutating func nextStep(at now: Date) -> Step? {
        guard !isClosed, bounds.jailsMax > 0, inUse + booting <= bounds.processors else {
            return nil
        }
        let wanting = pools.filter { _, pool in
            pool.retryAt <= now && pool.jails.count < pool.demand.wanted(at: now)
        }
        if isFull { return exchange(for: wanting.filter { $0.value.isAwaited(at: now) }, at: now) }
        let next = wanting.min { $0.value.isServed(before: $1.value, at: now) }
        return next.map { make(for: $0.key, $0.value) }
    }

    private mutating func make(
        for shape: StandbySpec.Shape,
        _ pool: ShapePool,
        insteadOf jail: (any StandbySession)? = nil
    ) -> Step {
        lastTicket += 1
        places[lastTicket] = shape
        pools[shape]?.jails[lastTicket] = Standing()
        pools[shape]?.latest = lastTicket
        return .make(lastTicket, pool.spec, insteadOf: jail)
    }

    /// Makes a jail of the most wanted shape, in place of a less wanted one.
    private mutating func exchange(
        for wanting: [StandbySpec.Shape: ShapePool],
        at now: Date
    ) -> Step? {
        let next = wanting.max {
            $0.value.needOfNext(at: now) < $1.value.needOfNext(at: now)
        }
        guard let next, let jail = dispensable(for: next.value, at: now) else { return nil }
        return isFull ? .close(jail) : make(for: next.key, next.value, insteadOf: jail)
    }

    /// Removes a jail of a shape that has more than it wants, or that needs its last jail less than
    /// `wanting` needs one more.
    ///
    /// Shapes that were requested once therefore do not fill the pool while others are requested
    /// all the time.
    private mutating func dispensable(
        for wanting: ShapePool,
        at now: Date
    ) -> (any StandbySession)? {
        let need = wanting.needOfNext(at: now)
        let candidates = pools.values.filter { pool in
            !pool.jails.isEmpty
                && (pool.jails.count > pool.demand.wanted(at: now)
                    || pool.needOfLast(at: now) < need)
        }
        let least = candidates.min { $0.needOfLast(at: now) < $1.needOfLast(at: now) }
        let oldest = least?.jails.filter { $0.value.jail != nil }.keys.min()
        return oldest.flatMap { expire($0) }
    }

    /// - Returns: whether the jail may stay; if not, the caller closes it.
    mutating func made(_ ticket: Ticket, _ jail: any StandbySession) -> Bool {
        guard !isClosed, let shape = places[ticket] else { return false }
        pools[shape]?.jails[ticket]?.jail = jail
        if shape.boot == nil {
            let blank = (until: Date.distantFuture, memoryBytes: StandbyBounds.blankBytes)
            pools[shape]?.jails[ticket]?.ready = blank
        }
        return true
    }

    mutating func change(_ change: StandbyChange, of ticket: Ticket, at now: Date) {
        guard let shape = places[ticket], let standing = pools[shape]?.jails[ticket] else {
            return
        }
        switch change {
        case .ready(let milliseconds, let memoryBytes):
            let until = now.addingTimeInterval(Double(milliseconds) / 1_000)
            pools[shape]?.jails[ticket]?.ready = (until, memoryBytes)
            pools[shape]?.failures = 0
        case .gone:
            places[ticket] = nil
            pools[shape]?.jails[ticket] = nil
            if standing.ready == nil { fail(shape, at: now) }
        }
    }

    /// Records a failed start; the next attempt waits.
    private mutating func fail(_ shape: StandbySpec.Shape, at now: Date) {
        guard let failures = pools[shape]?.failures else { return }
        let seconds = min(pow(2, Double(failures)), StandbyBounds.retrySecondsMax)
        pools[shape]?.failures = min(failures + 1, 16)
        pools[shape]?.retryAt = now.addingTimeInterval(seconds)
    }

    /// Removes a jail whose standby time is over; present demand decides about its replacement.
    mutating func expire(_ ticket: Ticket) -> (any StandbySession)? {
        guard let shape = places.removeValue(forKey: ticket) else { return nil }
        return pools[shape]?.jails.removeValue(forKey: ticket)?.jail
    }

    /// Returns every jail, for the caller to close.
    mutating func close() -> [any StandbySession] {
        isClosed = true
        let jails = pools.values.flatMap { $0.jails.values.compactMap(\.jail) }
        pools = [:]
        places = [:]
        return jails
    }

    /// Bounds the number of shapes, because callers choose them.
    ///
    /// Above the bound, the least wanted shape without jails is dropped.
    private mutating func forgetOldPools(at now: Date) {
        guard pools.count > StandbyBounds.shapesMax else { return }
        let empty = pools.filter { $0.value.jails.isEmpty }
        let least = empty.min { left, right in
            left.value.rates(at: now) < right.value.rates(at: now)
        }
        if let least { pools[least.key] = nil }
    }

    // MARK: Figures

    var count: Int { places.count }
    private var isFull: Bool {
        count >= bounds.jailsMax || memoryBytes >= bounds.memoryBytesMax
    }
    var shapeCount: Int { pools.count }
    var booting: Int { standing.count { $0.ready == nil } }
    var ready: Int { standing.count { $0.ready != nil } }
    var memoryBytes: Int64 { standing.reduce(0) { $0 + ($1.ready?.memoryBytes ?? 0) } }
    private var standing: [Standing] { pools.values.flatMap(\.jails.values) }
}
