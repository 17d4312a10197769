import Foundation
import Testing
import UpdateProtocol
import WorkerClient

/// The articles' code is the code of `Tutorial/TutorialSteps.swift`, which is compiled and run here.
@Suite("The documentation's code", .timeLimit(.minutes(1)))
struct DocumentationTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let repository = tests.deletingLastPathComponent().deletingLastPathComponent()

    /// The blocks of Swift of a page, manifests aside.
    private static func blocks(_ page: String) throws -> [String] {
        let catalog = repository.appendingPathComponent("Sources/WorkerClient/WorkerClient.docc")
        let text = try String(contentsOf: catalog.appendingPathComponent(page), encoding: .utf8)
        return text.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
    }

    /// The lines without what all of them are indented by.
    private static func unindented(_ lines: some Sequence<Substring>) -> [Substring] {
        let lines = Array(lines)
        let indent = lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return lines.map { $0.dropFirst(indent) }
    }

    @Test("is compiled, paragraph by paragraph", arguments: ["WorkerClient.md", "FirstWorker.md", "Guarantees.md"])
    func compiled(page: String) throws {
        let steps = Self.tests.appendingPathComponent("Tutorial/TutorialSteps.swift")
        let source = try String(contentsOf: steps, encoding: .utf8)
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        let blocks = try Self.blocks(page).filter { !$0.hasPrefix("// swift-tools-version") }
        #expect(!blocks.isEmpty)
        for paragraph in blocks.flatMap({ $0.components(separatedBy: "\n\n") }) {
            // The test bundle has an entry point of its own.
            let wanted = Self.unindented(paragraph.split(separator: "\n").filter { $0 != "@main" })
            let isThere = lines.indices.contains { start in
                let end = start + wanted.count
                return end <= lines.count && Self.unindented(lines[start..<end]) == wanted
            }
            #expect(isThere, "\(page): not in TutorialSteps.swift:\n\(paragraph)")
        }
    }

    @Test("has a manifest that Swift reads, and that names a product of this package")
    func manifest() throws {
        let manifest = try #require(try Self.blocks("FirstWorker.md").first { $0.hasPrefix("// swift-tools-version") })
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("primes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try manifest.write(to: folder.appendingPathComponent("Package.swift"), atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["swift", "package", "--package-path", folder.path, "dump-package"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let json = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(String(decoding: json, as: UTF8.self).contains("\"WorkerClient\""))
        let own = try String(contentsOf: Self.repository.appendingPathComponent("Package.swift"), encoding: .utf8)
        #expect(own.contains(#".library(name: "WorkerClient""#))
    }

    @Test("does what it says, step by step")
    func runs() async throws {
        let server = try await FakeServer.start()
        let client = try WorkerClient(server: server.url)
        try await client.withJob("progress") { _ = try await TutorialProgress.findPrimes(below: 100, $0) }
        #expect(server.state.job("progress")?.units == "100/100 numbers")
        #expect(server.state.job("progress")?.state == .completed)

        try await TutorialResult.run(client, below: 20)
        #expect(server.state.job("primes-1")?.result == Array("2\n3\n5\n7\n11\n13\n17\n19\n".utf8))
        try await TutorialMany.run(client, limits: [10, 20, 30])
        #expect(server.state.job("primes-below-30")?.result == Array("10".utf8))
        #expect(await client.close())
        try await Examples.landing(["a", "b"], server: server.url)
        #expect(server.state.job("import-42")?.units == "2/2 rows")
        try await server.stop()
    }

    @Test("stops when somebody cancels")
    func cancel() async throws {
        let server = try await FakeServer.start()
        let client = try WorkerClient(server: server.url)
        async let run: Void = TutorialCancel.run(client, below: .max)
        await server.state.until { $0.jobs["primes-1"]?.units != nil }
        try await server.cancel("primes-1", reason: "enough")
        try await run
        await server.state.until { $0.jobs["primes-1"]?.answers.last == .stopped }
        #expect(await client.close())
        try await server.stop()
    }
}
