import Bytes
import NIOCore
import NIOPosix
import ResultStore
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("Results whose stream was lost")
struct BrokenTransferTests {
    private static let whole = Array("the first half, and the second".utf8)
    private static let half = 14

    /// A stream that was lost when the first half of a result for the job `a` had come.
    private func lost() async throws -> WorkerHarness {
        // There is one place for a result, so that who begins one has taken over this one's or made it free.
        let services = try ServerServices.forTests(MultiThreadedEventLoopGroup.singleton, transfers: 1)
        let worker = try await WorkerHarness(services, on: MultiThreadedEventLoopGroup.singleton.next())
        try await worker.open { output in
            output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain")
            Self.whole[..<Self.half].withUnsafeBytes { output.appendResultBytes(transfer: 1, $0) }
        }
        _ = await worker.until { $0.handedIn == $0.givenBack ? true : nil }
        try await worker.run { $0.stream.abandon(at: $0.services.clock.now()) }
        return worker
    }

    @Test("Another stream goes on with what came, and what it sends twice is harmless", arguments: [5, 14, 99])
    func resumed(offset: Int) async throws {
        let worker = try await lost()
        let again = try await WorkerHarness(worker.services, on: worker.loop)
        let start = min(offset, Self.half)
        let opened = try await again.open { output in
            output.appendBind(handle: 0, taskID: "a")
            output.appendResultBegin(transfer: 4, taskID: "a", offset: UInt64(offset), mediaType: "text/plain")
        }
        #expect(opened.contains(.result(4, held: UInt64(start), .open)))
        try await again.send { output in
            Self.whole[start...].withUnsafeBytes { output.appendResultBytes(transfer: 4, $0) }
            output.appendResultEnd(transfer: 4, length: UInt64(Self.whole.count))
            output.appendComplete(handle: 0)
        }
        let ended = await again.until(.acknowledgement(5))
        #expect(ended.contains(.result(4, held: UInt64(Self.whole.count), .whole)))
        let job = try #require(worker.services.snapshot("a"))
        let stored = try #require(worker.services.results.result(job.resultID.rawValue))
        #expect(try stored.copyContent(limit: 100) == Self.whole)
    }

    @Test(
        "A begin from the start, or of something else, replaces what came",
        arguments: [(0, "text/plain", 1), (14, "text/html", 1), (14, "text/plain", 2)]
    )
    func replaced(offset: Int, mediaType: String, attempt: Int) async throws {
        let worker = try await lost()
        let again = try await WorkerHarness(worker.services, on: worker.loop)
        let opened = try await again.open(isForResults: true) {
            $0.appendResultBegin(
                transfer: 4,
                taskID: "a",
                attempt: UInt32(attempt),
                offset: UInt64(offset),
                mediaType: mediaType
            )
        }
        #expect(opened.first == .result(4, held: 0, .open))
    }

    @Test("They make room for others, the one lost first before the rest")
    func makesRoom() throws {
        let slots = TransferSlots(2)
        let store = try ResultStore(configuration: .init())
        let description = ResultDescription(mediaType: "text/plain")
        let writers = [store.begin(description), store.begin(description)]
        for (number, writer) in writers.enumerated() {
            #expect(Self.whole.withUnsafeBytes { writer.append($0) } == nil)
            slots.broken.keep(
                .init(
                    key: "\(number)",
                    description: description,
                    writer: writer,
                    held: writer.held,
                    slot: try #require(slots.take())
                )
            )
        }
        let place = try #require(slots.take())
        #expect(Self.whole.withUnsafeBytes { writers[0].append($0) } == .ended)
        #expect(slots.broken.take("0") == nil)
        #expect(Self.whole.withUnsafeBytes { writers[1].append($0) } == nil)
        slots.broken.drop(writers[1])
        #expect(Self.whole.withUnsafeBytes { writers[1].append($0) } == .ended)
        #expect(slots.broken.take("1") == nil)
        withExtendedLifetime(place) {}
    }
}
