import ArgumentParser
import Catalog
import Domain
import Foundation
import Runner
import WardenClient
import WardenProtocol

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Checks what jails need on this machine, and runs every language's hello program.",
        discussion:
            "Exits with 2 if the server would refuse to start, and with 1 if a language fails or "
            + "an attack succeeds."
    )

    @OptionGroup var machine: MachineOptions

    @Flag(help: "Print the system calls that a program can make, and nothing else.")
    var syscalls = false

    @Flag(help: "Run every attack of our tests on this machine, and print what refused it.")
    var attack = false

    @Option(help: "The folder of hostile programs for --attack.")
    var programs: String?

    func run() async throws {
        try await CommandError.report {
            let calls = try machine.systemCalls()
            if syscalls { return print(calls.text, terminator: "") }
            if attack { return try await makeAttacks(calls) }
            let catalog = try machine.catalog(jails: 1)
            let session = try machine.startWarden(catalog)
            defer { session.shutDown() }
            var rows = session.primitives.map {
                [$0.isWeaker ? "WEAKER" : "ok", $0.name, $0.detail]
            }
            var isWell = true
            for (runtime, hello) in zip(catalog.runtimes.installed, catalog.hellos) {
                let problem = await check(runtime, hello, catalog, session)
                isWell = isWell && problem == nil
                let name = "\(runtime.name) \(runtime.version)"
                rows.append([problem == nil ? "ok" : "FAILED", name, problem ?? "hello"])
            }
            for slower in catalog.slower { rows.append(["slower", slower.name, slower.reason]) }
            for missing in catalog.runtimes.missing {
                rows.append(["missing", missing.name, missing.installLine])
            }
            print(TextTable(rows).text)
            if !isWell { throw ExitCode(1) }
        }
    }

    private func makeAttacks(_ calls: SystemCallList) async throws {
        let folder = try DoctorAttack.programs(given: programs)
        let catalog = try machine.catalog(jails: 1)
        let session = try machine.startWarden(catalog)
        defer { session.shutDown() }
        let profiles = SystemCallProfile.allCases.map { ($0, calls.answeringZero($0)) }
        let attacks = DoctorAttack(
            catalog: catalog,
            session: session,
            answering: Dictionary(uniqueKeysWithValues: profiles),
            programs: folder
        )
        guard try await attacks.run() else { throw ExitCode(1) }
    }

    /// - Returns: the failure, or `nil`.
    private func check(
        _ runtime: Runtime,
        _ hello: HelloProgram,
        _ catalog: Catalog,
        _ session: WardenConnection
    ) async -> String? {
        let plan = catalog.plans.anonymous
        let request = ExecutionRequest(
            language: runtime.name,
            version: runtime.version,
            files: [hello.source],
            entry: hello.source.path,
            limits: plan.defaults(for: runtime),
            compileLimits: plan.compileDefaults(for: runtime)
        )
        do {
            let result = try await execute(request, on: runtime, profile: .strict, in: session)
            if result.status == .succeeded, result.runs.last?.stdout.bytes == hello.expectedOutput {
                return nil
            }
            guard let stage = result.runs.last ?? result.compile else { return "nothing ran" }
            let said = String(decoding: stage.stderr.bytes.prefix(200), as: UTF8.self)
            return "\(result.status.rawValue), \(stage.verdict): \(said)"
        } catch {
            return "\(error)"
        }
    }
}
