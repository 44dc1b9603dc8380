import Foundation
import Glibc

/// The machine that measured a report.
///
/// Only ratios within one run mean anything; the report names the machine so that nobody compares
/// times of two machines.
struct BenchMachine: Codable, Sendable {
    let processor: String
    let architecture: String
    let cores: Int
    let kernel: String
    let system: String
    /// The load average of the minute before the report: the other work of the machine.
    let load: Double

    var sentence: String {
        "\(processor), \(cores) cores, \(architecture), Linux \(kernel), \(system), load \(load.shown)"
    }

    static var current: BenchMachine {
        var names = utsname()
        uname(&names)
        var load = 0.0
        getloadavg(&load, 1)
        return BenchMachine(
            processor: field("model name", separator: ":", in: "/proc/cpuinfo")
                ?? "unknown processor",
            architecture: text(&names.machine),
            cores: ProcessInfo.processInfo.activeProcessorCount,
            kernel: text(&names.release),
            system: field("PRETTY_NAME", separator: "=", in: "/etc/os-release")
                ?? "unknown system",
            load: (load * 100).rounded() / 100
        )
    }

    /// A fixed field of `utsname`, which C ends with a zero.
    private static func text<Field>(_ field: inout Field) -> String {
        withUnsafeBytes(of: &field) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    private static func field(_ name: String, separator: Character, in path: String) -> String? {
        guard let content = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let line = content.split(separator: "\n").first { $0.hasPrefix(name) }
        let value = line?.split(separator: separator, maxSplits: 1).last
        return value?.trimmingCharacters(in: CharacterSet(charactersIn: "\" \t"))
    }
}
