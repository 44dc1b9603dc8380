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
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
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
        .target(name: "Kernel", dependencies: ["CLinux"], swiftSettings: lowLevel),
        .target(name: "WardenWire", swiftSettings: lowLevel),
        .target(name: "Jail", dependencies: ["WardenWire", "Kernel"], swiftSettings: lowLevel),
        .executableTarget(
            name: "quicksand-warden",
            dependencies: ["Jail"],
            swiftSettings: lowLevel,
            linkerSettings: [.unsafeFlags(["-static-executable"])]
        ),
        .target(name: "JSON", swiftSettings: strict),
        .target(name: "Domain", swiftSettings: strict),
        .target(
            name: "Catalog",
            dependencies: [
                "WardenWire", "CSeccomp", "Domain", "JSON",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "WardenClient",
            dependencies: ["WardenWire", "Kernel", "Domain"],
            swiftSettings: lowLevel
        ),
        .target(
            name: "SQLiteStore",
            dependencies: ["Domain", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict
        ),
        .target(
            name: "FolderCache",
            dependencies: ["Domain", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(
            name: "Scheduler",
            dependencies: [
                "Domain",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Courier",
            dependencies: [
                "CCurl", "Domain",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Identity",
            dependencies: [
                "CCrack", "Domain",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "API",
            dependencies: [
                "Domain", "Identity", "JSON",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            resources: [.embedInCode("Pages/Assets")],
            swiftSettings: strict
        ),
        .target(name: "Measure", swiftSettings: strict),
        .target(
            name: "Attacks",
            dependencies: ["Domain", "Scheduler", "WardenWire"],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "quicksand",
            dependencies: [
                "API", "Attacks", "Scheduler", "Courier", "Identity", "WardenClient", "Catalog",
                "SQLiteStore", "FolderCache", "WardenWire", "Domain", "Measure",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(name: "DomainTests", dependencies: ["Domain"], swiftSettings: strict),
        .testTarget(name: "WardenWireTests", dependencies: ["WardenWire"], swiftSettings: strict),
        .testTarget(
            name: "JailTests",
            dependencies: ["Jail", "Kernel", "WardenWire"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CatalogTests",
            dependencies: ["Catalog", "WardenWire", "Domain"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "SQLiteStore", "Domain", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Fixtures"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "FolderCacheTests",
            dependencies: ["FolderCache", "Domain"],
            swiftSettings: strict
        ),
        // Not a test: the store that tests of other targets keep their things in.
        .target(
            name: "TemporaryStore",
            dependencies: ["SQLiteStore"],
            path: "Tests/TemporaryStore",
            swiftSettings: strict
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: ["Identity", "Domain", "SQLiteStore", "TemporaryStore"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SchedulerTests",
            dependencies: [
                "Scheduler", "Domain", "SQLiteStore", "TemporaryStore",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CourierTests",
            dependencies: [
                "Courier", "Domain", .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "Domain", "Identity", "JSON", "Scheduler", "SQLiteStore", "TemporaryStore",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "WardenUnderTest",
            dependencies: ["Catalog", "WardenClient"],
            path: "Tests/WardenUnderTest",
            swiftSettings: strict
        ),
        // These run the built programs, which they find beside the test bundle. They must not name
        // them as dependencies: the warden's static linking would reach the bundle.
        .testTarget(
            name: "EscapeTests",
            dependencies: [
                "Attacks", "Catalog", "FolderCache", "WardenClient", "WardenWire", "Scheduler",
                "Domain", "WardenUnderTest",
            ],
            exclude: ["Honest", "Programs"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "StandbyTests",
            dependencies: [
                "Catalog", "WardenClient", "WardenUnderTest", "Scheduler", "Domain",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Programs"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(name: "MeasureTests", dependencies: ["Measure"], swiftSettings: strict),
        // The properties are also fuzzed: Engine is a package of its own, which Scripts/fuzz
        // builds.
        .testTarget(
            name: "FuzzTests",
            dependencies: [
                "WardenWire", "Jail", "Domain", "JSON", "API", "CCurl",
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ],
            exclude: ["Corpus", "Engine", "Words"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ArchitectureTests",
            swiftSettings: strict
        ),
    ]
)
