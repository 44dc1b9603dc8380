public import Domain
public import Foundation

/// What must come of an attack's attempts in a jail, exactly enough that another wall's refusal is
/// not taken for this one's.
public struct Expectation: Sendable {
    public var verdicts: [Verdict] = [.exited(code: 0)]
    /// For each attempt of this name, what may come of it; it must have been made.
    public var outcomes: [String: Set<String>] = [:]
    /// The outcomes that every other attempt may have.
    public var others: Set<String> = []
    /// Attempts with any outcome.
    public var ignored: Set<String> = []
    /// At least so many attempts.
    public var attemptsMin = 0
    /// Output files that must be refused as none that is brought back.
    public var refusedFiles: Set<String> = []
    /// Whether standard output must be more than was kept.
    public var isTruncated = false

    public init() {}

    /// Every attempt fails with one of these.
    static func refusals(_ errors: Set<String>, atLeast count: Int) -> Expectation {
        var expectation = Expectation()
        expectation.others = errors
        expectation.attemptsMin = count
        return expectation
    }

    /// Exactly these attempts, each with its outcome.
    static func outcomes(_ outcomes: [String: String]) -> Expectation {
        var expectation = Expectation()
        expectation.outcomes = outcomes.mapValues { [$0] }
        return expectation
    }

    /// A program that does not come to its own end.
    static func verdict(_ verdicts: Verdict...) -> Expectation {
        var expectation = Expectation()
        expectation.verdicts = verdicts
        return expectation
    }

    func with(_ change: (inout Expectation) -> Void) -> Expectation {
        var expectation = self
        change(&expectation)
        return expectation
    }
}

/// The observations of one run of an attack.
public struct Sighting: Sendable {
    public let place: Place
    public let profile: SystemCallProfile
    public let result: StageResult
    public var findings: [String: String]
    public var files: [OutputFile] = []

    init(_ place: Place, _ profile: SystemCallProfile, _ result: StageResult) {
        self.place = place
        self.profile = profile
        self.result = result
        findings = Findings.read(result.stdout.bytes)
    }
}

/// Lines of `attempt=outcome`.
public enum Findings {
    public static func read(_ bytes: Data) -> [String: String] {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        // An attempt that was made twice came through if either did.
        return Dictionary(lines) { first, second in first == "ok" ? first : second }
    }
}

extension Expectation {
    /// The differences from the expectation; empty where the attack was refused.
    func breaches(_ sighting: Sighting, secret: String) -> [String] {
        var breaches: [String] = []
        let result = sighting.result
        if !verdicts.contains(result.verdict) {
            let said = String(decoding: result.stderr.bytes.prefix(300), as: UTF8.self)
            breaches.append("ended as \(result.verdict) \(said)")
        }
        for (attempt, allowed) in outcomes
        where sighting.findings[attempt].map(allowed.contains)
            != true
        {
            breaches.append("\(attempt): \(sighting.findings[attempt] ?? "not attempted")")
        }
        for (attempt, outcome) in sighting.findings
        where outcomes[attempt] == nil && !ignored.contains(attempt) && !others.contains(outcome) {
            breaches.append("\(attempt): \(outcome)")
        }
        if sighting.findings.count < attemptsMin {
            breaches.append("only \(sighting.findings.count) attempts were made")
        }
        for file in refusedFiles.sorted() {
            let content = sighting.files.first { $0.path == file }?.content
            if content != .refused(.notARegularFile) { breaches.append("file \(file) came back") }
        }
        if isTruncated, !result.stdout.isTruncated { breaches.append("all output was kept") }
        let returned = sighting.files.compactMap { file -> Data? in
            if case .bytes(let bytes) = file.content { bytes } else { nil }
        }
        let everything = [result.stdout.bytes, result.stderr.bytes] + returned
        if everything.contains(where: { $0.range(of: Data(secret.utf8)) != nil }) {
            breaches.append("a secret of the host came out")
        }
        return breaches.sorted().map { "from \(sighting.place), \(sighting.profile): \($0)" }
    }
}
