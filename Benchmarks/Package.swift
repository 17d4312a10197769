// swift-tools-version: 6.1
import PackageDescription

// Measurements of the cores, in a package of their own so that a build of Telltale needs none of this.
//
//     swift package -c release benchmark --target StatusCoreBenchmarks
//     swift run -c release CompareTables --jobs 1000000 --threads 2
//     swift run -c release CompareLocks
//     swift run -c release CompareStatus --pipeline 1
//     ./check-instructions
//     ./check-allocations
//     ./compare-results ../.build/release/telltale

let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// `-O3` for C: what a bare table is compared with should leave nothing lying.
let optimized: [CSetting] = [.unsafeFlags(["-O3"])]

let package = Package(
    name: "telltale-benchmarks",
    platforms: [.macOS("26.0")],
    dependencies: [
        .package(name: "telltale", path: ".."),
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: [
        .target(name: "BareLoop", dependencies: ["CThreads"], cSettings: optimized),
        .target(name: "BareTable", cSettings: optimized),
        .target(name: "CThreads", cSettings: optimized),
        .target(name: "CountedMalloc", cSettings: optimized),
        .target(
            name: "BenchSupport",
            dependencies: ["BareTable", "CThreads", .product(name: "StatusCore", package: "telltale")],
            swiftSettings: common
        ),
        .executableTarget(
            name: "CompareTables",
            dependencies: [
                "BareTable", "BenchSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "StatusCore", package: "telltale"),
            ],
            swiftSettings: common
        ),
        .executableTarget(
            name: "CompareLocks",
            dependencies: [
                "BenchSupport", "CThreads",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: common
        ),
        .executableTarget(
            name: "CompareStatus",
            dependencies: [
                "BareLoop", "BenchSupport", "CThreads", "CountedMalloc",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "LoadGenerator", package: "telltale"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "StatusServer", package: "telltale"),
            ],
            swiftSettings: common
        ),
        .executableTarget(
            name: "InstructionCounts",
            dependencies: [
                "BenchSupport",
                .product(name: "StatusCore", package: "telltale"),
                .product(name: "UpdateProtocol", package: "telltale"),
            ],
            swiftSettings: common
        ),
        // The plugin takes executables whose folder lies in one named Benchmarks, which is this package's own.
        .executableTarget(
            name: "StatusCoreBenchmarks",
            dependencies: [
                "BareTable", "BenchSupport",
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "StatusCore", package: "telltale"),
            ],
            path: "StatusCoreBenchmarks",
            swiftSettings: common,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        ),
    ]
)
