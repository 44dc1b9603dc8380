// swift-tools-version: 6.2
import PackageDescription

/// The parsers of strangers' bytes and their properties, for libFuzzer.
///
/// `Scripts/fuzz` builds it with `--sanitize fuzzer`. It is a separate package, so that `make test`
/// needs no fuzzer and a fuzzed build no HTTP server: of the larger modules it includes only the
/// parsers.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    // Enable testing in an optimized build too: the properties use internals.
    .unsafeFlags(["-enable-testing"]),
]

let apiReaders = [
    "Executions/EncodedBytes", "Executions/ExecutionBody", "Executions/Codec+Executions",
    "Executions/ExecutionReader", "Executions/LimitsBody", "Executions/LimitsReader",
    "Executions/ProgramInputReader", "Executions/RuntimeReader", "Executions/SourceReader",
    "HTTP/ClientAddress", "HTTP/Name+Headers", "JSON/Codec", "JSON/Field", "JSON/JSONValue+Reading",
    "JSON/ObjectDescription", "JSON/ObjectReader", "JSON/JSONValue+Schema", "JSON/TimestampReader",
    "OpenAPI/URLPattern", "Requests/FormBody",
    "Requests/Preferences", "Responses/APIError", "Responses/APIError+Payload",
]

let package = Package(
    name: "fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0")
    ],
    targets: [
        .target(name: "CLinux", path: "Links/CLinux"),
        .systemLibrary(name: "CCurl", path: "Links/CCurl", pkgConfig: "libcurl"),
        .target(
            name: "Kernel",
            dependencies: ["CLinux"],
            path: "Links/Kernel",
            swiftSettings: settings
        ),
        .target(name: "Vocabulary", path: "Links/Vocabulary", swiftSettings: settings),
        .target(
            name: "WardenProtocol",
            dependencies: ["Vocabulary"],
            path: "Links/WardenProtocol",
            swiftSettings: settings
        ),
        .target(
            name: "JailInit",
            dependencies: ["Vocabulary", "WardenProtocol", "Kernel"],
            path: "Links/JailInit",
            swiftSettings: settings
        ),
        .target(
            name: "Domain",
            dependencies: ["Vocabulary"],
            path: "Links/Domain",
            swiftSettings: settings
        ),
        .target(name: "JSON", path: "Links/JSON", swiftSettings: settings),
        .target(
            name: "Identity",
            path: "Links/Identity",
            sources: ["PasswordRule.swift"],
            swiftSettings: settings
        ),
        .target(
            name: "API",
            dependencies: [
                "Domain", "Identity", "JSON",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Links/API",
            sources: apiReaders.map { $0 + ".swift" },
            swiftSettings: settings
        ),
        .target(
            name: "Properties",
            dependencies: [
                "WardenProtocol", "JailInit", "Domain", "JSON", "API", "CCurl",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            path: "Links/Properties",
            swiftSettings: settings
        ),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["Properties"],
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]
        ),
    ]
)
