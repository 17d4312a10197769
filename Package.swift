// swift-tools-version: 6.2
import PackageDescription

/// What every target of ours is compiled with: Swift 6, and warnings that stop the build.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// The pure cores also mark each unsafe expression.
let core: [SwiftSetting] = common + [.strictMemorySafety()]

let package = Package(
    name: "telltale",
    platforms: [.macOS(.v26)],
    products: [
        .executable(name: "telltale", targets: ["telltale"]),
        .library(name: "WorkerClient", targets: ["WorkerClient"]),
        // For the packages in Benchmarks and in Tests/Fuzz, which measure them and attack them.
        .library(name: "CSQLite", targets: ["CSQLite"]),
        .library(name: "Bytes", targets: ["Bytes"]),
        .library(name: "HTTP1", targets: ["HTTP1"]),
        .library(name: "HTTP2", targets: ["HTTP2"]),
        .library(name: "JSON", targets: ["JSON"]),
        .library(name: "LoadGenerator", targets: ["LoadGenerator"]),
        .library(name: "ResultStore", targets: ["ResultStore"]),
        .library(name: "StatusCore", targets: ["StatusCore"]),
        .library(name: "StatusServer", targets: ["StatusServer"]),
        .library(name: "UpdateProtocol", targets: ["UpdateProtocol"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        // For the tests that hold the server against spec/openapi.yaml.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    ],
    targets: [
        // Floor 0: C libraries of the system, and the bytes that every core writes into.
        .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "CEpoll"),
        .target(name: "CMachine"),
        .target(name: "CSpawn"),
        .target(name: "Bytes", swiftSettings: core),

        // Floor 1: cores without I/O.
        .target(name: "StatusCore", dependencies: ["Bytes", "CMachine"], swiftSettings: core),
        .target(name: "UpdateProtocol", dependencies: ["Bytes"], swiftSettings: core),
        .target(name: "HTTP1", dependencies: ["Bytes"], swiftSettings: core),
        .target(name: "JSON", dependencies: ["Bytes"], swiftSettings: core),
        .target(name: "HTTP2", dependencies: ["CNghttp2"], swiftSettings: common),
        .target(name: "Deflate", dependencies: ["CZlib"], swiftSettings: common),

        // Floor 2: what is kept on disk.
        .target(
            name: "JobStore",
            dependencies: ["Bytes", "CSQLite", "JSON", "StatusCore"],
            swiftSettings: common
        ),
        .target(
            name: "ResultStore",
            dependencies: ["Deflate", "JSON", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: common
        ),

        // Floor 3: the server, and the library for workers.
        .target(
            name: "StatusServer",
            dependencies: [
                "Bytes", "StatusCore", "UpdateProtocol", "HTTP1", "HTTP2", "JSON", "Deflate", "JobStore", "ResultStore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: common
        ),
        .target(
            name: "WorkerClient",
            dependencies: [
                "Bytes", "UpdateProtocol", "HTTP2",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: common
        ),

        .target(
            name: "LoadGenerator",
            dependencies: ["CEpoll", .product(name: "Histogram", package: "hdrhistogram-swift")],
            swiftSettings: common
        ),

        // Floor 4: the executable.
        .executableTarget(
            name: "telltale",
            dependencies: [
                "Bytes", "CMachine", "CSpawn", "Deflate", "HTTP2", "JSON", "LoadGenerator", "StatusCore",
                "StatusServer",
                "UpdateProtocol", "WorkerClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: common
        ),

        .testTarget(name: "BytesTests", dependencies: ["Bytes"], swiftSettings: common),
        .testTarget(name: "StatusCoreTests", dependencies: ["Bytes", "StatusCore"], swiftSettings: common),
        .testTarget(name: "UpdateProtocolTests", dependencies: ["Bytes", "UpdateProtocol"], swiftSettings: common),
        .testTarget(name: "HTTP1Tests", dependencies: ["Bytes", "HTTP1"], swiftSettings: common),
        .testTarget(name: "JSONTests", dependencies: ["Bytes", "JSON"], swiftSettings: common),
        .testTarget(name: "HTTP2Tests", dependencies: ["HTTP2"], swiftSettings: common),
        .testTarget(name: "DeflateTests", dependencies: ["Deflate"], swiftSettings: common),
        .testTarget(
            name: "JobStoreTests",
            dependencies: ["Bytes", "CSQLite", "JobStore", "JSON", "StatusCore"],
            exclude: ["Fixtures"],
            swiftSettings: common
        ),
        .testTarget(
            name: "ResultStoreTests",
            dependencies: [
                "Bytes", "Deflate", "JSON", "ResultStore", .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: common
        ),
        .testTarget(
            name: "StatusServerTests",
            dependencies: [
                "Bytes", "Deflate", "HTTP1", "HTTP2", "JSON", "ResultStore", "StatusCore", "StatusServer",
                "UpdateProtocol",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: common
        ),
        .testTarget(
            name: "WorkerClientTests",
            dependencies: [
                "Bytes", "HTTP2", "StatusServer", "UpdateProtocol", "WorkerClient",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: common
        ),
        .testTarget(
            name: "telltaleTests",
            dependencies: [
                "Bytes", "CMachine", "JSON", "LoadGenerator", "StatusCore", "StatusServer", "telltale", "WorkerClient",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: common
        ),
        .testTarget(name: "LoadGeneratorTests", dependencies: ["LoadGenerator"], swiftSettings: common),
        .testTarget(name: "TidyTests", swiftSettings: common),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["CSpawn", "JSON", "WorkerClient", "telltale", .product(name: "Yams", package: "Yams")],
            swiftSettings: common
        ),
    ]
)
