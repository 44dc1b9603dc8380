import ArgumentParser
import Catalog
import Domain
import Foundation

struct RuntimesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runtimes",
        abstract: "Lists the languages, installed and missing."
    )

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var machine: MachineOptions

    func run() async throws {
        try await CommandError.report {
            let runtimes = try machine.catalog(jails: 1).runtimes
            if json { return try printJSON(runtimes) }
            var rows = [["RUNTIME", "VERSION", "ALIASES", ""]]
            rows += runtimes.installed.map { runtime in
                [
                    runtime.name, runtime.version, runtime.aliases.joined(separator: ", "),
                    runtime.compile == nil ? "" : "compiled",
                ]
            }
            rows += runtimes.missing.map { missing in
                [
                    missing.name, "missing", missing.aliases.joined(separator: ", "),
                    missing.installLine,
                ]
            }
            print(TextTable(rows).text)
        }
    }

    private func printJSON(_ runtimes: Runtimes) throws {
        let rows =
            runtimes.installed.map { Row(name: $0.name, version: $0.version, install: nil) }
            + runtimes.missing.map { Row(name: $0.name, version: nil, install: $0.installLine) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(rows), as: UTF8.self))
    }

    private struct Row: Encodable {
        let name: String
        let version: String?
        let install: String?
    }
}
