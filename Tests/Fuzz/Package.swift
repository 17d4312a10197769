// swift-tools-version: 6.2
import PackageDescription

// Programs that look for input which breaks a promise, in a package of their own so that a build of Telltale needs none
// of this. `./run` builds and runs them.

let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
    // libFuzzer brings the main function.
    .unsafeFlags(["-parse-as-library"]),
]

let package = Package(
    name: "telltale-fuzz",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "telltale", path: "../.."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: [
        .target(name: "FuzzSupport", swiftSettings: common),
        .executableTarget(
            name: "FuzzDecoder",
            dependencies: [
                "FuzzSupport",
                .product(name: "Bytes", package: "telltale"),
                .product(name: "UpdateProtocol", package: "telltale"),
            ],
            swiftSettings: common
        ),
        .executableTarget(
            name: "FuzzJSON",
            dependencies: [
                "FuzzSupport",
                .product(name: "CSQLite", package: "telltale"),
                .product(name: "JSON", package: "telltale"),
            ],
            swiftSettings: common
        ),
        // Requests as a connection reads them, for the two fuzzers below.
        .target(
            name: "RequestReading",
            dependencies: ["FuzzSupport", .product(name: "HTTP1", package: "telltale")],
            swiftSettings: common
        ),
        .executableTarget(
            name: "FuzzRequests",
            dependencies: [
                "FuzzSupport", "RequestReading",
                .product(name: "Bytes", package: "telltale"),
                .product(name: "HTTP1", package: "telltale"),
            ],
            swiftSettings: common
        ),
        .executableTarget(
            name: "FuzzLlhttp",
            dependencies: [
                "FuzzSupport", "RequestReading",
                .product(name: "HTTP1", package: "telltale"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: common
        ),
        .executableTarget(
            name: "FuzzSession",
            dependencies: [
                "FuzzSupport",
                .product(name: "Bytes", package: "telltale"),
                .product(name: "HTTP2", package: "telltale"),
                .product(name: "ResultStore", package: "telltale"),
                .product(name: "StatusCore", package: "telltale"),
                .product(name: "StatusServer", package: "telltale"),
                .product(name: "UpdateProtocol", package: "telltale"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: common
        ),
    ]
)
