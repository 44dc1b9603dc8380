/// The sender of a password, for its place in the line.
struct PasswordCaller: Sendable, Hashable {
    let address: String
    /// Whether the account was opened from the address lately.
    let isAddressKnown: Bool
}

/// The line of waiting password checks.
///
/// Known addresses and strangers have a line each, and the lines take turns. In a line the
/// addresses take turns. So neither one address nor a thousand strangers can take the places of an
/// owner at a known address.
///
/// The type is pure: it decides, and ``PasswordPool`` runs the jobs.
struct PasswordLine<Job> {
    /// The most waiting jobs of one line, and of one address in it.
    static var waitingMax: Int { 64 }
    static var waitingPerAddressMax: Int { 4 }

    private var known = Turns()
    private var strangers = Turns()
    private var isStrangersTurn = false

    /// - Returns: whether there was room.
    mutating func enter(_ job: Job, of caller: PasswordCaller) -> Bool {
        caller.isAddressKnown
            ? known.enter(job, of: caller.address) : strangers.enter(job, of: caller.address)
    }

    /// Removes and returns the next job.
    mutating func next() -> Job? {
        isStrangersTurn.toggle()
        return isStrangersTurn
            ? known.next() ?? strangers.next() : strangers.next() ?? known.next()
    }

    private struct Turns {
        private var jobs: [String: [Job]] = [:]
        /// The addresses with waiting jobs, each once; the first is served next.
        private var turns: [String] = []
        private var count = 0

        mutating func enter(_ job: Job, of address: String) -> Bool {
            let waiting = jobs[address]?.count ?? 0
            guard count < waitingMax, waiting < waitingPerAddressMax else { return false }
            if waiting == 0 { turns.append(address) }
            jobs[address, default: []].append(job)
            count += 1
            return true
        }

        mutating func next() -> Job? {
            guard !turns.isEmpty else { return nil }
            let address = turns.removeFirst()
            guard let job = jobs[address]?.removeFirst() else { return nil }
            count -= 1
            if jobs[address]?.isEmpty == true {
                jobs[address] = nil
            } else {
                turns.append(address)
            }
            return job
        }
    }
}
