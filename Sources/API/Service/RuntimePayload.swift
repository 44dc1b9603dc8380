import Domain
import JSON

/// A language as callers see it: an installed one, or one that the operator could install.
public struct RuntimePayload: Sendable {
    public internal(set) var name = ""
    var version = ""
    public internal(set) var aliases: [String] = []
    var isCompiled = false
    /// The usual name of the main file; `nil` if the language is not installed.
    public internal(set) var entry: String?
    var install: String?

    private init() {}

    fileprivate init(_ runtime: Runtime) {
        name = runtime.name
        version = runtime.version
        aliases = runtime.aliases
        isCompiled = runtime.compile != nil
        entry = runtime.entry
    }

    fileprivate init(_ missing: MissingRuntime) {
        name = missing.name
        aliases = missing.aliases
        install = missing.installLine
    }

    static let codec = Codec.either(installed, missing, isFirst: { $0.install == nil })

    static let definition = JSONValue.Member(name: "Runtime", value: codec.schema)

    private static let installed = ObjectDescription.part(
        about: "An installed language.",
        from: RuntimePayload(),
        [
            Field("name", \.name, .text()), Field("version", \.version, .text()),
            Field("aliases", \.aliases, .list("", of: .text())),
            Field("compiled", \.isCompiled, .flag("whether it has a compile stage")),
            Field("entry", \.mainFile, .text("the usual name of the main file")),
            .constant("installed", true),
        ]
    )

    private static let missing = ObjectDescription.part(
        about: "A language that is not installed.",
        from: RuntimePayload(),
        [
            Field("name", \.name, .text()), .null("version"),
            Field("aliases", \.aliases, .list("", of: .text())), .null("compiled"), .null("entry"),
            .constant("installed", false),
            Field("install", \.installLine, .text("how to install it")),
        ]
    )

    private var mainFile: String {
        get { entry ?? "" }
        set { entry = newValue }
    }

    private var installLine: String {
        get { install ?? "" }
        set { install = newValue }
    }
}

extension Runtimes {
    /// The installed runtimes, and the ones that the operator could install.
    var payload: [RuntimePayload] {
        let missing = missing.filter { missing in !installed.contains { $0.name == missing.name } }
        return installed.map(RuntimePayload.init) + missing.map(RuntimePayload.init)
    }

    var json: JSONValue { .array(payload.map(RuntimePayload.codec.encode)) }
}
