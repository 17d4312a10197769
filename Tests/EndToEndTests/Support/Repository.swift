import Foundation

/// Where the things are that these tests run.
enum Repository {
    /// The folder that holds Package.swift.
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The binary under test: beside the running tests, wherever they were built.
    static let telltale: URL = {
        let running = [try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")]
        let places = (running.compactMap { $0 } + [CommandLine.arguments[0]])
            .map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let candidates = (places + [root.appendingPathComponent(".build/debug")])
            .map { $0.appendingPathComponent("telltale") }
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) }) else {
            preconditionFailure("no telltale binary at any of \(candidates.map(\.path))")
        }
        return found
    }()

    /// The interpreter of the virtual environment that `.ci/install --tests` makes.
    static var python: URL { root.appendingPathComponent(".venv/bin/python") }
}
