// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// Programs carry the Swift runtime with them, so that a machine needs C libraries alone.
let programLinkage: [LinkerSetting] = [
    .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux]))
]

/// Objects compiled for the dynamic runtime do not name the parts that the static Foundation consists of.
func parts(_ names: String...) -> [LinkerSetting] {
    names.map { .linkedLibrary($0, .when(platforms: [.linux])) }
}
let essentialsLinkage = parts("_FoundationCShims", "_FoundationCollections")
let foundationLinkage = essentialsLinkage + parts("CoreFoundation", "_FoundationICU")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")

let package = Package(
    name: "tributary",
    products: [
        .executable(name: "tributary-hub", targets: ["tributary-hub"]),
        .executable(name: "tributary-spoke", targets: ["tributary-spoke"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        // C libraries, as the system ships them.
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),
        .systemLibrary(name: "CLibSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CLibZ", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

        // The C library's own settings of memory, which the Glibc module leaves out.
        .systemLibrary(name: "CLibMalloc"),

        // One wrapper each; they know nothing of patterns and nothing of each other.
        library("JSON", ["CLibJansson"]),
        library("Digest", ["CLibCrypto"]),
        library("Gzip", ["CLibZ"]),
        library("Postgres", ["CLibPQ"]),
        library("PostgresCluster", []),
        library("Curl", ["CLibCurl"]),
        library("SQLite", ["CLibSQLite"]),

        // The domain: every rule of the product, no input or output.
        library("Federation", ["JSON", "Digest"]),

        // Files of snapshots, whichever program reads or writes them.
        library("Snapshots", ["Federation", "Digest", "Gzip"]),

        // What of a pattern may leave a machine: rules, no input or output.
        library("Egress", ["JSON", "Digest"]),

        // What people read, whichever program prints it.
        library("Presentation", ["JSON"]),

        // What a Qdrant is asked for and told.
        library("Qdrant", ["Curl", "JSON", "Presentation"]),

        // Files of settings, read strictly, whichever program has them.
        library("Settings", ["JSON", "Presentation"]),

        // The client side of the protocol.
        library("Replication", ["Federation", "JSON", "Digest", "Curl"]),

        // The hub.
        .target(
            name: "Migrations",
            path: "migrations",
            exclude: ["README.md"],
            sources: ["Migrations.swift"],
            resources: [
                .embedInCode("0001_hub.sql"), .embedInCode("0002_decisions.sql"), .embedInCode("0003_hierarchy.sql"),
                .embedInCode("0004_enrolment.sql"),
            ],
            swiftSettings: settings
        ),
        library("HubStore", ["Federation", "JSON", "Digest", "Postgres", "Migrations"]),
        .target(
            name: "HubService",
            dependencies: [
                "HubStore", "Replication", "Federation", "JSON", "Digest", "Gzip", "PostgresCluster",
                hummingbird, hummingbirdCore, lifecycle, unixSignals, logging, httpTypes, nioCore,
            ],
            resources: [.embedInCode("openapi.json")],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "tributary-hub",
            dependencies: [
                "HubService", "HubStore", "Replication", "Settings", "Presentation", "Snapshots", "Federation", "JSON",
                "Digest", "CLibMalloc", argumentParser, logging,
            ],
            swiftSettings: settings,
            linkerSettings: programLinkage + foundationLinkage
        ),

        // The spoke.
        library(
            "SpokeAgent",
            [
                "Replication", "Settings", "Presentation", "Snapshots", "Egress", "Federation", "JSON", "Digest",
                "SQLite",
                "Qdrant",
            ]
        ),
        .executableTarget(
            name: "tributary-spoke",
            dependencies: [
                "SpokeAgent", "Replication", "Settings", "Presentation", "Snapshots", "Egress", "Federation", "JSON",
                argumentParser,
            ],
            swiftSettings: settings,
            linkerSettings: programLinkage + essentialsLinkage
        ),

        .target(
            name: "TestSupport",
            dependencies: ["Federation", "Digest"],
            path: "Tests/Support",
            swiftSettings: settings
        ),
        tests("JSONTests", ["JSON", "TestSupport"]),
        tests("DigestTests", ["Digest"]),
        tests("FederationTests", ["Federation", "JSON", "Digest", "TestSupport"]),
        tests("EgressTests", ["Egress", "JSON", "Digest", "TestSupport"]),
        tests("CurlTests", ["Curl"]),
        tests("SQLiteTests", ["SQLite"]),
        tests("GzipTests", ["Gzip"]),
        tests("SnapshotsTests", ["Snapshots", "Federation", "Digest", "Gzip"]),
        tests("QdrantTests", ["Qdrant", "JSON"]),
        tests("PostgresTests", ["Postgres", "PostgresCluster"]),
        tests(
            "HubStoreTests",
            ["HubStore", "Federation", "JSON", "Digest", "Postgres", "PostgresCluster", "Migrations", "TestSupport"]
        ),
        tests("ReplicationTests", ["Replication", "Federation", "JSON", "Digest", "TestSupport"]),
        tests("PresentationTests", ["Presentation", "JSON"]),
        tests("HubServiceTests", ["HubService", "Federation", "JSON", "Digest"]),
        tests(
            "SpokeAgentTests",
            [
                "SpokeAgent", "Replication", "Settings", "Presentation", "Egress", "Federation", "JSON", "Digest",
                "SQLite", "TestSupport",
            ]
        ),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6]
)
