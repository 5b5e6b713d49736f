// swift-tools-version: 6.2
// Rules of this manifest: targets stand in the order of the arrows (C modules, IO, Redis, Core, Engine, Daemon, program);
// a target depends only on targets above it; no outside packages.
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "Sentinel",
    products: [
        .executable(name: "sentinel", targets: ["sentinel"])
    ],
    targets: [
        .systemLibrary(name: "CLibevent"),
        .systemLibrary(name: "CHiredis"),
        .systemLibrary(name: "CICU"),
        .systemLibrary(name: "COpenSSL"),
        .systemLibrary(name: "CPCRE2"),
        .systemLibrary(name: "CSodium"),
        .systemLibrary(name: "CXXHash"),
        .systemLibrary(name: "CYAML"),
        .systemLibrary(name: "CZlib"),
        .target(name: "CSentinelLua"),
        .target(name: "CSentinelLists"),
        .target(name: "CSentinelPolicies"),

        .target(name: "SentinelIO", dependencies: ["CLibevent", "COpenSSL"], swiftSettings: settings),
        .target(name: "SentinelRedis", dependencies: ["SentinelIO", "CHiredis"], swiftSettings: settings),
        .target(
            name: "SentinelCore",
            dependencies: ["CICU", "CPCRE2", "CXXHash", "CYAML", "CSentinelLists", "CSentinelPolicies"],
            swiftSettings: settings
        ),
        .target(
            name: "SentinelEngine",
            dependencies: ["SentinelCore", "SentinelRedis", "SentinelIO", "CSentinelLua", "CSodium"],
            swiftSettings: settings
        ),
        .target(
            name: "SentinelDaemon",
            dependencies: ["SentinelEngine", "SentinelCore", "SentinelRedis", "SentinelIO", "CZlib"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "sentinel",
            dependencies: ["SentinelDaemon", "SentinelEngine", "SentinelCore", "SentinelRedis", "SentinelIO"],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "bench",
            dependencies: [
                "SentinelDaemon", "SentinelEngine", "SentinelCore", "SentinelRedis", "SentinelIO", "CLibevent",
            ],
            path: "bench/Bench",
            swiftSettings: settings
        ),

        .executableTarget(
            name: "quality",
            dependencies: ["SentinelDaemon", "SentinelEngine", "SentinelCore", "SentinelRedis", "SentinelIO"],
            path: "bench/Quality",
            swiftSettings: settings
        ),

        .target(
            name: "TestSupport",
            dependencies: ["SentinelRedis", "SentinelIO"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(name: "SentinelIOTests", dependencies: ["SentinelIO", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "SentinelRedisTests",
            dependencies: ["SentinelRedis", "SentinelIO", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SentinelCoreTests",
            dependencies: ["SentinelCore"],
            exclude: ["Fixtures"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SentinelEngineTests",
            dependencies: ["SentinelEngine", "SentinelCore", "SentinelRedis", "SentinelIO", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SentinelDaemonTests",
            dependencies: [
                "SentinelDaemon", "SentinelEngine", "SentinelCore", "SentinelRedis", "SentinelIO", "TestSupport",
                "CZlib",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: ["sentinel", "SentinelEngine", "SentinelCore", "SentinelRedis", "SentinelIO", "TestSupport"],
            swiftSettings: settings
        ),
    ]
)
