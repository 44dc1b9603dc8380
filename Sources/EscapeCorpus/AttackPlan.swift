import Domain
import Foundation

/// The executions of one attack in one profile.
struct AttackPlan {
    let attack: Attack
    let runtime: Runtime
    private let harness: AttackHarness
    private let files: [SourceFile]
    private let places: [Place]
    private let runs: [[String]]

    /// Returns `nil` if this machine lacks the program's runtime.
    init?(
        _ attack: Attack,
        on harness: AttackHarness,
        _ profile: SystemCallProfile,
        isBrief: Bool
    ) throws {
        guard let runtime = harness.runtime(of: attack.program) else { return nil }
        self.attack = attack
        self.harness = harness
        files = try harness.files(of: attack.program)
        let hasPython = harness.find("python") != nil
        let here = attack.program.places.filter { $0 != .python || hasPython }
        places = isBrief ? Array(here.prefix(1)) : here
        runs = isBrief ? Array(attack.runs.prefix(1)) : attack.runs
        guard case .everywhere(let file, _) = attack.program else {
            self.runtime = runtime
            return
        }
        self.runtime = runtime.building(file, places, harness.filled(runs.first ?? [], nil))
    }

    var needsListener: Bool { attack.runs.joined().contains("{port}") }

    func requests(_ listener: HostListener?) -> [ExecutionRequest] {
        let first = runs.map { harness.filled($0, listener) }
        return [request(first, places)]
            + (attack.followUp.map { [request([$0], [.program])] } ?? [])
    }

    private func request(_ runs: [[String]], _ places: [Place]) -> ExecutionRequest {
        let inputs = places.filter { $0 != .compiler }.flatMap { place in
            runs.map { RunInput(arguments: command(place) + $0) }
        }
        let limits = Limits { attack.limits[$0] ?? harness.limits[$0] }
        var compileLimits = limits
        if !isAboutTheCompiler {
            compileLimits[.memoryBytes] = 1 << 30
            compileLimits[.wallMilliseconds] = 60_000
            compileLimits[.cpuMilliseconds] = 60_000
        }
        return ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: files,
            entry: attack.program.file,
            inputs: inputs,
            limits: limits,
            compileLimits: compileLimits,
            outputs: attack.outputs
        )
    }

    private var isAboutTheCompiler: Bool {
        if case .compiler = attack.program { true } else { false }
    }

    private func command(_ place: Place) -> [String] {
        guard case .everywhere = attack.program else { return [] }
        return place == .python
            ? ["/usr/bin/python3", "places.py"] : ["./program", place.rawValue]
    }

    func compileFailure(_ result: ExecutionResult) -> String? {
        guard !isAboutTheCompiler, let compile = result.compile,
            compile.verdict != .exited(code: 0)
        else { return nil }
        let said = String(decoding: compile.stderr.bytes.prefix(500), as: UTF8.self)
        return "\(attack.program.file) does not compile here: \(compile.verdict) \(said)"
    }

    func sightings(in result: ExecutionResult, _ profile: SystemCallProfile) -> [Sighting] {
        var sightings: [Sighting] = []
        if let compile = result.compile, isAboutTheCompiler || places.contains(.compiler) {
            sightings.append(Sighting(.compiler, profile, compile))
        }
        if isAboutTheCompiler { return sightings }
        let order = places.filter { $0 != .compiler }.flatMap { place in
            runs.map { _ in place }
        }
        sightings += zip(order, result.runs).map { Sighting($0, profile, $1) }
        if let last = sightings.indices.last { sightings[last].files = result.files }
        return sightings
    }
}

extension AttackHarness {
    func find(_ language: String) -> Runtime? {
        guard case .found(let runtime) = runtimes.find(language: language, version: nil) else {
            return nil
        }
        return runtime
    }

    func runtime(of program: HostileProgram) -> Runtime? {
        switch program {
        case .compiler(_, let language): find(language)
        case .ordinary(let file): find(file.hasSuffix(".py") ? "python" : "c")
        case .everywhere: find("c")
        }
    }
}

extension Runtime {
    /// Returns a copy of the runtime with `build.sh` as its compile stage, which attacks at once if
    /// it is given arguments.
    ///
    /// The arguments of a run are its whole command.
    fileprivate func building(
        _ file: String,
        _ places: [Place],
        _ arguments: [String]
    ) -> Runtime {
        let attack = places.contains(.compiler) ? [Place.program.rawValue] + arguments : []
        let shared = places.contains(.python) ? "shared" : "static"
        let compile = ["/bin/sh", "build.sh", file, shared] + attack
        return Runtime(
            number: number,
            name: name,
            version: version,
            aliases: aliases,
            entry: file,
            compile: Command(words: compile.map { .literal($0) }),
            run: Command(words: [.arguments]),
            environment: environment,
            defaults: [:],
            compileDefaults: [:]
        )
    }
}
