/// A property that a parser has for every input.
///
/// Two users share it: libFuzzer, which searches for bytes that break it (`make fuzz`), and the
/// tests, which try the saved inputs (`make test`).
struct Property: Sendable {
    /// The property's name, also the name of its corpus folder.
    let name: String
    /// The longest input that the fuzzer tries: long enough for every distinction of the parser,
    /// and short enough for many tries.
    let bytesMax: Int
    let check: @Sendable ([UInt8]) throws -> Void

    static let all: [Property] = [
        Property(name: "frame", bytesMax: 1_024, check: WireProperties.frame),
        Property(name: "catalog-image", bytesMax: 1_024, check: WireProperties.catalogImage),
        Property(name: "archive", bytesMax: 5_000, check: WireProperties.archive),
        Property(name: "glob", bytesMax: 256, check: GlobProperties.glob),
        Property(name: "forwarded-for", bytesMax: 1_024, check: AddressProperties.forwardedFor),
        Property(name: "callback-url", bytesMax: 2_100, check: AddressProperties.callbackURL),
        Property(name: "json", bytesMax: 2_048, check: JSONProperties.json),
        Property(name: "form", bytesMax: 2_048, check: JSONProperties.form),
        Property(name: "execution", bytesMax: 4_096, check: ExecutionProperties.execution),
    ]
}

struct Violation: Error, CustomStringConvertible {
    let description: String
}

func demand(_ holds: Bool, _ what: @autoclosure () -> String) throws(Violation) {
    guard holds else { throw Violation(description: what()) }
}
