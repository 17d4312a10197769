import Bytes
import Logging
import NIOConcurrencyHelpers
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("What the log says of workers that break the protocol")
struct FailureLogTests {
    private final class Lines: Sendable {
        private let lines = NIOLockedValueBox<[String]>([])
        var all: [String] { lines.withLockedValue { $0 } }
        func add(_ line: String) { lines.withLockedValue { $0.append(line) } }
    }

    private struct Recorder: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            lines.add("\(event.level) \(fields)")
        }
    }

    private func log(to lines: Lines) -> Logger { Logger(label: "tests") { _ in Recorder(lines: lines) } }

    private func at(_ milliseconds: Int64) -> Instant { Instant(wall: 0, monotonic: milliseconds) }

    @Test("A failure is told with the address, the name and the reason, on one line")
    func line() {
        let lines = Lines()
        let error = ProtocolError(.truncated, sequence: 7, "the body ended inside a frame")
        FailureLog(log(to: lines)).note(error, producer: "a\nb", peer: "192.0.2.1:5", at: at(5_000))
        #expect(
            lines.all == [
                "warning code=6 item=7 peer=192.0.2.1:5 producer=\"a\\nb\" reason=the body ended inside a frame"
            ]
        )
    }

    @Test("A flood of failures takes a few lines a second, which say how many were left out")
    func flood() {
        let lines = Lines()
        let log = FailureLog(log(to: lines))
        let error = ProtocolError(.displaced, sequence: 0, "x")
        for _ in 0..<1_000 { log.note(error, producer: nil, peer: "p", at: at(5_000)) }
        #expect(lines.all.count == Limits.failureLines)
        log.note(error, producer: nil, peer: "p", at: at(6_000))
        #expect(lines.all.last == "info code=9 item=0 leftOut=\(1_000 - Limits.failureLines) peer=p reason=x")
    }

    @Test("Floods of HTTP/2 are told in a few lines a second as well, and an ordinary end is not")
    func connections() throws {
        let lines = Lines()
        let first = try EmbeddedConnection(logger: log(to: lines))
        let flood = Flood(name: "PING") { _ in RawHTTP2.ping() }.bytes(100_000)
        for _ in 0..<20 { try EmbeddedConnection(beside: first).send(bytes: flood[...]) }
        #expect(lines.all.count >= Limits.failureLines && lines.all.count < 20)
        let reason = "the peer sent more control traffic than it may: ENHANCE_YOUR_CALM"
        #expect(lines.all.first == "warning peer=[IPv4]127.0.0.1:1 reason=\(reason)", "\(lines.all)")
        let count = lines.all.count
        try first.send(bytes: RawHTTP2.opening()[...])
        first.wait(Limits.idleTimeout)
        first.wait(Limits.lingerTimeout)
        #expect(!first.isOpen && lines.all.count == count)
    }

    @Test("A stream that is ended with an error says so once; one that ends in order does not")
    func stream() async throws {
        let lines = Lines()
        let harness = try await WorkerHarness()
        let services = try ServerServices.forTests(harness.loop, logger: log(to: lines))
        let broken = try await WorkerHarness(services, on: harness.loop)
        try await broken.open(producer: "p") { $0.append(contentsOf: [0x7F, 0x7F]) }
        try await broken.run { $0.stream.abandon(at: $0.services.clock.now()) }
        let good = try await WorkerHarness(services, on: harness.loop)
        try await good.open { $0.appendGoodbye() }
        #expect(lines.all.count == 1)
        #expect(lines.all.first?.contains("peer=[IPv4]192.0.2.1:1 producer=\"p\"") == true)
    }
}
