public import Domain
public import Foundation
import Runner

/// The environment of attacks: a sandbox, its runtimes, and the host's files and secret that
/// attacks aim at.
public struct AttackHarness: Sendable {
    let sandbox: any SandboxProvider
    let runtimes: Runtimes
    let limits: Limits
    /// The folder of hostile programs.
    let programs: URL
    /// The world-readable files of the host that hold ``secret``.
    let canaries: [String]
    let secret: String

    public init(
        sandbox: any SandboxProvider,
        runtimes: Runtimes,
        limits: Limits,
        programs: URL,
        canaries: [String],
        secret: String
    ) {
        self.sandbox = sandbox
        self.runtimes = runtimes
        self.limits = limits
        self.programs = programs
        self.canaries = canaries
        self.secret = secret
    }

    /// The outcome of an attack.
    public enum Outcome: Sendable, Equatable {
        case refused
        /// The differences from the expectation.
        case cameThrough([String])
        /// The attack could not run here, for this reason.
        case notMade(String)
    }

    /// Runs an attack from each of its places, in each of its profiles.
    ///
    /// - Parameter isBrief: runs it from the first place alone, with its first arguments.
    /// - Throws: ``SandboxError``, or the error of a program that cannot be read.
    public func make(_ attack: Attack, isBrief: Bool = false) async throws -> Outcome {
        var breaches: [String] = []
        for profile in isBrief ? Array(attack.profiles.prefix(1)) : attack.profiles {
            switch try await attempt(attack, profile, isBrief) {
            case .refused: break
            case .cameThrough(let found): breaches += found
            case .notMade(let why): return .notMade(why)
            }
        }
        return breaches.isEmpty ? .refused : .cameThrough(breaches)
    }

    private func attempt(
        _ attack: Attack,
        _ profile: SystemCallProfile,
        _ isBrief: Bool
    ) async throws -> Outcome {
        guard let plan = try AttackPlan(attack, on: self, profile, isBrief: isBrief) else {
            return .notMade("there is no runtime for \(attack.program.file) here")
        }
        let listener = plan.needsListener ? try HostListener() : nil
        var sightings: [Sighting] = []
        for request in plan.requests(listener) {
            let result = try await execute(
                request,
                on: plan.runtime,
                profile: profile,
                in: sandbox
            )
            if let failure = plan.compileFailure(result) { return .notMade(failure) }
            sightings += plan.sightings(in: result, profile)
        }
        var breaches = sightings.flatMap { attack.expected.breaches($0, secret: secret) }
        if sightings.isEmpty { breaches.append("nothing ran") }
        if listener?.heardAnything == true { breaches.append("it was heard on the host") }
        return breaches.isEmpty ? .refused : .cameThrough(breaches)
    }

    func file(_ name: String) throws -> SourceFile {
        SourceFile(path: name, content: try Data(contentsOf: programs.appendingPathComponent(name)))
    }

    /// Returns every file that a program needs, its source included.
    func files(of program: HostileProgram) throws -> [SourceFile] {
        var names = [program.file]
        switch program {
        case .everywhere: names += ["places.h", "places.py", "build.sh"]
        case .ordinary(let file): if file.hasSuffix(".py") { names.append("attempts.py") }
        case .compiler: break
        }
        return try names.map { name in
            var file = try file(name)
            if case .compiler = program, let canary = canaries.last {
                let text = String(decoding: file.content, as: UTF8.self)
                file.content = Data(text.replacing("{canary}", with: canary).utf8)
            }
            return file
        }
    }

    func filled(_ arguments: [String], _ listener: HostListener?) -> [String] {
        arguments.flatMap { argument -> [String] in
            switch argument {
            case "{canary}": canaries.suffix(1)
            case "{canaries}": canaries
            case "{port}": ["\(listener?.port ?? 0)"]
            case "{socket}": [listener?.name ?? ""]
            default: [argument]
            }
        }
    }
}
