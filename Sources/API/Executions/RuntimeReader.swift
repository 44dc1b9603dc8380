import Domain
import JSON

/// Finds the runtime for a language and a version.
///
/// The error for an unknown one lists the known ones.
struct RuntimeReader {
    let runtimes: Runtimes

    func runtime(language: String, version: String?) throws(APIError) -> Runtime {
        switch runtimes.find(language: language, version: version) {
        case .found(let runtime):
            return runtime
        case .missing(let runtime):
            throw .field(
                "language",
                "\(runtime.name) is not installed on this server; its operator can add it with: "
                    + runtime.installLine,
                value: .string(language)
            )
        case .noSuchVersion(let versions):
            throw .field(
                "version",
                "is not one of \(language)'s: \(versions.joined(separator: ", "))",
                value: version.map(JSONValue.string)
            )
        case .unknown:
            let names = Set(runtimes.installed.map(\.name)).sorted()
            let list = names.isEmpty ? "none" : names.joined(separator: ", ")
            throw .field(
                "language",
                "is unknown; available: \(list)",
                value: .string(language)
            )
        }
    }
}
