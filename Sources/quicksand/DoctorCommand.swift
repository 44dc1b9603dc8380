import ArgumentParser
import Catalog
import Domain
import Foundation
import Scheduler
import WardenClient
import WardenWire

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract:
            "Checks what jails need on this machine, and runs every language's hello program.",
        discussion:
            "Exits with 2 if the service would refuse to start, and with 1 if a runtime does not work."
    )

    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await Stop.report {
            let catalog = try machine.catalog(jails: 1)
            let session = try machine.startWarden(catalog)
            defer { session.shutDown() }
            var rows = session.primitives.map { ["ok", $0.name, $0.detail] }
            var isWell = true
            for (runtime, hello) in zip(catalog.runtimes.installed, catalog.hellos) {
                let problem = await check(runtime, hello, catalog, session)
                isWell = isWell && problem == nil
                let name = "\(runtime.name) \(runtime.version)"
                rows.append([problem == nil ? "ok" : "FAILED", name, problem ?? "hello"])
            }
            for missing in catalog.runtimes.missing {
                rows.append(["missing", missing.name, missing.installLine])
            }
            print(TextTable(rows).text)
            if !isWell { throw ExitCode(1) }
        }
    }

    /// - Returns: what went wrong, or `nil`.
    private func check(
        _ runtime: Runtime,
        _ hello: HelloProgram,
        _ catalog: Catalog,
        _ session: WardenSession
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
