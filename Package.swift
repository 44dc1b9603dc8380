// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with: Swift 6, no warnings, explicit existentials.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

/// The targets that touch the kernel also say where they are memory-unsafe.
let lowLevel = strict + [.strictMemorySafety()]

let package = Package(
    name: "quicksand",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "quicksand", targets: ["quicksand"]),
        .executable(name: "quicksand-warden", targets: ["quicksand-warden"]),
    ],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird",
            from: "2.28.1",
            traits: []
        ),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(
            name: "CSeccomp",
            pkgConfig: "libseccomp",
            providers: [.apt(["libseccomp-dev"])]
        ),
        .systemLibrary(
            name: "CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .systemLibrary(name: "CCrack", providers: [.apt(["libcrack2-dev"])]),
        .systemLibrary(
            name: "CCrypto",
            pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"])]
        ),
        .target(name: "Kernel", dependencies: ["CLinux"], swiftSettings: lowLevel),
        .target(name: "Vocabulary", swiftSettings: lowLevel),
        .target(name: "WardenProtocol", dependencies: ["Vocabulary"], swiftSettings: lowLevel),
        .target(
            name: "JailInit",
            dependencies: ["Vocabulary", "WardenProtocol", "Kernel"],
            swiftSettings: lowLevel
        ),
        .target(
            name: "Warden",
            dependencies: ["JailInit", "Vocabulary", "WardenProtocol", "Kernel"],
            swiftSettings: lowLevel
        ),
        .executableTarget(
            name: "quicksand-warden",
            dependencies: ["Warden"],
            swiftSettings: lowLevel,
            linkerSettings: [.unsafeFlags(["-static-executable"])]
        ),
        .target(name: "JSON", swiftSettings: strict),
        .target(name: "Domain", dependencies: ["Vocabulary"], swiftSettings: strict),
        .target(name: "Cryptography", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(
            name: "Catalog",
            dependencies: ["WardenProtocol", "CSeccomp", "Cryptography", "Domain", "JSON"],
            swiftSettings: strict
        ),
        .target(
            name: "WardenClient",
            dependencies: ["WardenProtocol", "Kernel", "Domain"],
            swiftSettings: lowLevel
        ),
        .target(name: "StoredRecords", dependencies: ["Domain"], swiftSettings: strict),
        .target(
            name: "SQLiteStore",
            dependencies: [
                "StoredRecords", "Domain", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "FolderCache",
            dependencies: ["StoredRecords", "Domain", "Cryptography"],
            swiftSettings: strict
        ),
        .target(
            name: "Runner",
            dependencies: ["Domain", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(
            name: "Queue",
            dependencies: [
                "Domain", "Runner",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Retention",
            dependencies: ["Domain", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(
            name: "Courier",
            dependencies: [
                "CCurl", "Cryptography", "Domain",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Identity",
            dependencies: ["CCrack", "Cryptography", "Domain"],
            swiftSettings: strict
        ),
        .target(
            name: "API",
            dependencies: [
                "Cryptography", "Domain", "Identity", "JSON",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            resources: [.embedInCode("Pages/Assets")],
            swiftSettings: strict
        ),
        .target(
            name: "EscapeCorpus",
            dependencies: ["Domain", "Runner", "WardenProtocol"],
            // The hostile programs are compiled in jails alone.
            exclude: ["Programs"],
            swiftSettings: strict
        ),
        .target(
            name: "Commands",
            dependencies: [
                "API", "EscapeCorpus", "Runner", "Queue", "Retention", "Courier", "Identity",
                "WardenClient", "Catalog", "SQLiteStore", "FolderCache", "WardenProtocol",
                "Domain",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Benchmarks",
            dependencies: [
                "Commands", "WardenClient", "Catalog", "WardenProtocol", "Domain",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "quicksand",
            dependencies: [
                "Commands", "Benchmarks",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(
            name: "DomainTests",
            dependencies: ["Domain", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CryptographyTests",
            dependencies: ["Cryptography"],
            swiftSettings: strict
        ),
        .testTarget(name: "VocabularyTests", dependencies: ["Vocabulary"], swiftSettings: strict),
        .testTarget(
            name: "WardenProtocolTests",
            dependencies: ["WardenProtocol", "Vocabulary", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "JailInitTests",
            dependencies: ["JailInit", "Kernel", "WardenProtocol", "Vocabulary"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WardenTests",
            dependencies: ["Warden", "JailInit", "Kernel", "WardenProtocol", "Vocabulary"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CatalogTests",
            dependencies: ["Catalog", "WardenProtocol", "Domain", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "SQLiteStore", "StoredRecords", "Domain", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FolderCacheTests",
            dependencies: ["FolderCache", "Domain", "TestSupport"],
            swiftSettings: strict
        ),
        // Not a test: the store of other targets' tests; apart from TestSupport, which needs no SQLite.
        .target(
            name: "TemporaryStore",
            dependencies: ["SQLiteStore"],
            path: "Tests/TemporaryStore",
            swiftSettings: strict
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: [
                "Cryptography", "Identity", "Domain", "SQLiteStore", "TemporaryStore",
                "TestSupport",
            ],
            swiftSettings: strict
        ),
        // Not a test: fakes and samples that tests of several targets share.
        .target(
            name: "TestSupport",
            dependencies: ["Domain"],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .testTarget(
            name: "RunnerTests",
            dependencies: ["Runner", "Domain", "TestSupport"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "QueueTests",
            dependencies: [
                "Queue", "Domain", "SQLiteStore", "TemporaryStore", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RetentionTests",
            dependencies: [
                "Retention", "Domain", "SQLiteStore", "TemporaryStore",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        // Not a test: an HTTP server for callbacks; apart from TestSupport, which needs no NIO.
        .target(
            name: "CallbackReceiver",
            dependencies: [
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Tests/CallbackReceiver",
            swiftSettings: strict
        ),
        .testTarget(
            name: "CourierTests",
            dependencies: [
                "Courier", "Domain", "Kernel", "CallbackReceiver", "TestSupport",
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Domain", "Identity", "JSON", "Queue", "SQLiteStore", "TemporaryStore",
                "TestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
            ],
            swiftSettings: strict
        ),
        // Not a test: a real warden and its catalog; apart from TestSupport, which needs neither.
        .target(
            name: "WardenUnderTest",
            dependencies: ["Catalog", "WardenClient", "TestSupport"],
            path: "Tests/WardenUnderTest",
            swiftSettings: strict
        ),
        // These run the built programs, which they find beside the test bundle. They must not name
        // them as dependencies: the warden's static linking would reach the bundle.
        .testTarget(
            name: "EscapeTests",
            dependencies: [
                "EscapeCorpus", "Catalog", "FolderCache", "Kernel", "WardenClient",
                "WardenProtocol", "Runner", "Domain", "WardenUnderTest",
            ],
            exclude: ["CPython/main.py", "CPython/losses.txt", "Honest"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StandbyTests",
            dependencies: [
                "Catalog", "WardenClient", "WardenUnderTest", "Runner", "Domain", "TestSupport",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Programs"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "CallbackReceiver", "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "BenchmarksTests", dependencies: ["Benchmarks"], swiftSettings: strict),
        // The properties are also fuzzed: Engine is a package of its own, which Scripts/fuzz
        // builds.
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "WardenProtocol", "JailInit", "Domain", "JSON", "API", "CCurl",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            exclude: ["Corpus", "Engine", "Words"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ArchitectureTests",
            dependencies: ["TestSupport"],
            swiftSettings: strict
        ),
    ]
)
