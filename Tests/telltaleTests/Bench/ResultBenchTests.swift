import ArgumentParser
import JSON
import Logging
import StatusServer
import Testing

@testable import telltale

@Suite("telltale bench result", .serialized)
struct ResultBenchTests {
    private func command(_ arguments: [String]) throws -> BenchResultCommand {
        try #require(try Telltale.parseAsRoot(["bench", "result"] + arguments) as? BenchResultCommand)
    }

    @Test("It takes its options")
    func options() throws {
        let command = try command(["--size", "5", "--clients", "3", "--json"])
        #expect(command.size == 5)
        #expect(command.clients == 3)
        #expect(command.json)
    }

    @Test(
        "What lies out of range is refused in one line that names the option",
        arguments: [["--size", "-1"], ["--size", "17179869185"], ["--clients", "0"], ["--clients", "65"]]
    )
    func refusals(_ arguments: [String]) {
        #expect {
            _ = try command(arguments)
        } throws: { error in
            let text = Telltale.message(for: error)
            return Telltale.exitCode(for: error).rawValue == telltale.ExitStatus.usage.rawValue
                && !text.contains("\n") && text.contains(arguments[0])
        }
    }

    @Test("A sample knows its own bytes, over the end of its period too, and no others")
    func sample() {
        let sample = ResultSample(length: 1_048_576 + 10)
        var end: [UInt8] = []
        for offset in [1_048_571, 1_048_576] {
            sample.withBytes(from: offset) { end.append(contentsOf: $0) }
        }
        #expect(end.count == 15)
        #expect(end.withUnsafeBytes { sample.matches($0, at: 1_048_571) })
        #expect(!end.withUnsafeBytes { sample.matches($0, at: 1_048_570) })
        #expect(!(end + [48]).withUnsafeBytes { sample.matches($0, at: 1_048_571) })
    }

    @Test("It measures a server, and removes its jobs", arguments: [0, 1, 700_000, 3_000_000])
    func measures(size: Int) async throws {
        var configuration = ServerConfiguration(
            listen: [ListenAddress(host: "127.0.0.1", port: 0)],
            eventLoopThreads: 1
        )
        configuration.drainSeconds = 1
        let server = try TelltaleServer(
            configuration: configuration,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        let url = try ServerURL("http://\(try await server.start()[0])")
        do {
            try await check(try await ResultBench.run(size: size, clients: 2, on: url), size, url)
            await server.shutdown()
        } catch {
            await server.shutdown()
            throw error
        }
    }

    private func check(_ figures: ResultFigures, _ size: Int, _ url: ServerURL) async throws {
        #expect(figures.incoming.bytes == 2 * size)
        #expect(figures.identity.bytes == 2 * size)
        #expect(figures.gzip.bytes > 0)
        #expect(size < 700_000 || figures.gzip.bytes < size * 3 / 2)
        #expect(try JSONValue(parsing: Array(figures.json.utf8))["size"]?.number?.double == Double(size))
        let page = try await JobClient.with(url) { try await $0.page(of: ListFilter(), limit: 100, after: nil) }
        #expect(page.jobs.count == 2)
        #expect(page.jobs.allSatisfy { $0.state == .cancelled })
    }
}
