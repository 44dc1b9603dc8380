internal import JailInit
internal import Kernel
internal import Vocabulary
internal import WardenProtocol

// The front's requests to a jail: refused at once, or begun as soon as the jail is ready.
extension Warden {
    mutating func take(
        _ request: Request,
        of jail: JailNumber,
        _ stage: StageNumber,
        within limits: Limits,
        _ descriptors: consuming DescriptorList
    ) {
        let refusal: Refusal?
        let record = serials[jail].flatMap { jails[$0] }
        if let record {
            refusal =
                !record.accepts(request)
                ? .busy
                : aboveCeiling(limits, Limit.ofStage)
                    ?? wrongDescriptor(of: request, descriptors)
        } else {
            refusal = .noSuchJail
        }
        if let refusal { return send(.refused(jail, stage, refusal)) }
        record?.wait(WaitingRequest(request, descriptors))
        if let serial = serials[jail] { beginNext(serial) }
    }

    /// Kills a stage.
    ///
    /// Does nothing for a stage that has ended: its end and the kill may cross.
    mutating func kill(_ stage: StageNumber, of jail: JailNumber) {
        guard let record = serials[jail].flatMap({ jails[$0] }) else { return }
        if record.withdraw(stage) {
            let usage = Usage(wallMicroseconds: 0, cpuMicroseconds: 0, memoryBytes: 0)
            let end = StageEnd(verdict: .signaled(signal: 9), usage: usage)
            return send(.finished(jail, stage, end))
        }
        let action = record.supervision.kill(stage, now: MonotonicClock.nanoseconds)
        if case .killStage(let stage) = action { record.kill(stage) }
    }

    private func wrongDescriptor(
        of request: Request,
        _ descriptors: borrowing DescriptorList
    ) -> Refusal? {
        let archive = request.archiveIndex
        for index in 0..<descriptors.count {
            // An archive is sealed, so it is an anonymous file: a query of any other file's kind
            // could block on a foreign file system.
            let isRight =
                index == archive
                ? Seals.areOn(descriptors[index])
                : Files.kind(of: descriptors[index]).kind == .pipe
            if !isRight { return .wrongDescriptor }
        }
        return nil
    }

    /// Begins the waiting requests that the jail is ready for.
    mutating func beginNext(_ serial: UInt64) {
        while let record = jails[serial], let next = record.nextWaiting() {
            begin(next, serial, record)
        }
    }

    private mutating func begin(
        _ next: WaitingRequest,
        _ serial: UInt64,
        _ record: SupervisedJail
    ) {
        let descriptors = (0..<next.descriptors.count).map { next.descriptors[$0] }
        defer { withExtendedLifetime(next) {} }  // it owns the descriptors
        do {
            switch next.request {
            case .stage(let stage): try record.start(stage, descriptors: descriptors)
            case .park(let park):
                try record.park(
                    park,
                    ceilings: startup.catalog.ceilings,
                    leaseMilliseconds: try LeaseBreak.current.milliseconds,
                    descriptors: descriptors
                )
            case .resume(let stage): try record.resume(stage, descriptors: descriptors)
            case .open, .kill, .close: break
            }
        } catch  where error.errno == Errno.busy && next.request.stageNumber != nil {
            // The files alone exceed the stage's limit.
            let peak = Int64(clamping: record.counters.peakMemoryBytes)
            let end = StageEnd(
                verdict: .memoryExceeded,
                usage: Usage(wallMicroseconds: 0, cpuMicroseconds: 0, memoryBytes: peak)
            )
            send(.finished(record.number, next.request.stageNumber ?? 0, end))
        } catch {
            breakJail(serial, Fault(site: error.call.rawValue, errno: error.errno))
        }
    }
}

extension Request {
    fileprivate var stageNumber: StageNumber? {
        if case .stage(let stage) = self { stage.stage } else { nil }
    }
}
