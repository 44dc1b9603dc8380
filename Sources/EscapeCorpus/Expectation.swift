public import Domain
public import Foundation

/// The expected results of an attack's attempts in a jail, so exact that a refusal by another layer
/// fails the check.
public struct Expectation: Sendable {
    public var verdicts: [Verdict] = [.exited(code: 0)]
    /// The allowed outcomes of each named attempt; the attempt must have been made.
    public var outcomes: [String: Set<String>] = [:]
    /// The allowed outcomes of every other attempt.
    public var others: Set<String> = []
    /// The attempts with any outcome.
    public var ignored: Set<String> = []
    /// The lowest number of attempts.
    public var attemptsMin = 0
    /// The output files that must be refused, not brought back.
    public var refusedFiles: Set<String> = []
    /// Whether standard output must be longer than the kept part.
    public var isTruncated = false

    public init() {}

    /// Expects that every attempt fails with one of these errors.
    static func refusals(_ errors: Set<String>, atLeast count: Int) -> Expectation {
        var expectation = Expectation()
        expectation.others = errors
        expectation.attemptsMin = count
        return expectation
    }

    /// Expects exactly these attempts, each with its outcome.
    static func outcomes(_ outcomes: [String: String]) -> Expectation {
        var expectation = Expectation()
        expectation.outcomes = outcomes.mapValues { [$0] }
        return expectation
    }

    /// Expects that the program does not reach its own end.
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

/// The parser of lines `attempt=outcome`.
public enum Findings {
    public static func read(_ bytes: Data) -> [String: String] {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        // A repeated attempt counts as successful if any of its tries was.
        return Dictionary(lines) { first, second in first == "ok" ? first : second }
    }
}

extension Expectation {
    /// Returns the differences from the expectation; empty if the attack was refused.
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
