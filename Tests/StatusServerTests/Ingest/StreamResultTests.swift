import Bytes
import NIOCore
import NIOPosix
import ResultStore
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("Results on a worker's stream")
struct StreamResultTests {
    private func opened(pool: NIOThreadPool = .singleton, resultLimit: Int = 1 << 30) async throws -> WorkerHarness {
        let worker = try await WorkerHarness(pool: pool, resultLimit: resultLimit)
        try await worker.open { $0.appendBind(handle: 0, taskID: "a", creating: JobDescription()) }
        return worker
    }

    /// A result whose bytes the pool has looked at, so that what is wrong with them is known.
    private func known(_ text: String, mediaType: String = "application/json", of worker: WorkerHarness) async throws {
        try await worker.send { output in
            output.appendResultBegin(transfer: 1, taskID: "a", mediaType: mediaType)
            Array(text.utf8).withUnsafeBytes { output.appendResultBytes(transfer: 1, $0) }
        }
        _ = await worker.until { $0.handedIn == $0.givenBack ? true : nil }
    }

    @Test("A whole result is told, and becomes the job's when it completes")
    func whole() async throws {
        let worker = try await opened()
        try await worker.send { $0.appendText("[1]", as: 9, of: "a", mediaType: "application/json") }
        #expect(await worker.until(.acknowledgement(4)) == [.result(9, held: 3, .whole), .acknowledgement(4)])
        #expect(worker.services.snapshot("a")?.resultID == ResultID.none)
        try await worker.send { $0.appendComplete(handle: 0) }
        let job = try #require(worker.services.snapshot("a"))
        let stored = try #require(worker.services.results.result(job.resultID.rawValue))
        #expect(try stored.copyContent(limit: 10) == Array("[1]".utf8))
    }

    @Test("Frames behind a result's end wait until it is stored, and so does a goodbye")
    func order() async throws {
        let held = HeldPool()
        let worker = try await opened(pool: held.pool)
        held.hold()
        let before = try await worker.send { output in
            output.appendText("one", as: 1, of: "a")
            output.appendText("two", as: 2, of: "a")
            output.appendComplete(handle: 0)
            output.appendGoodbye()
        }
        #expect(before == [.result(1, held: 0, .open), .acknowledgement(3)])
        try await worker.run { end in
            #expect(end.givenBack < end.handedIn)
            end.stream.receiveEnd()
        }
        #expect(worker.services.snapshot("a")?.state == .queued)
        held.release()
        let after = await worker.until(.acknowledgement(9))
        #expect(after.first == .result(1, held: 3, .whole))
        #expect(after.contains(.result(2, held: 3, .whole)))
        #expect(worker.services.snapshot("a")?.state == .completed)
        #expect(try await worker.run { $0.isFinished })
        #expect(worker.services.results.count == 1)
        try await held.shutDown()
    }

    @Test("Every byte is given back exactly once, however many small results come at once")
    func flowControl() async throws {
        let worker = try await opened()
        let count: UInt32 = 500
        try await worker.send { output in
            for number in 0..<count { output.appendText("\(number)", as: number, of: "a") }
        }
        _ = await worker.until(.acknowledgement(UInt64(1 + 3 * count)))
        #expect(try await worker.run { $0.handedIn == $0.givenBack })
        #expect(worker.services.results.count == 1)
    }

    @Test("A malformed JSON result is refused at its end")
    func malformedAtEnd() async throws {
        let worker = try await opened()
        try await worker.send { $0.appendText("{]", as: 1, of: "a", mediaType: "application/json") }
        #expect(
            await worker.until(.acknowledgement(4)) == [
                .refusal(4, .malformedResult, .transfer(1), state: .queued, attempt: 1), .result(1, held: 0, .gone),
                .acknowledgement(4),
            ]
        )
        #expect(worker.services.results.count == 0)
    }

    @Test("An end that comes when the result is known to be malformed is refused at once")
    func malformedBeforeEnd() async throws {
        let worker = try await opened()
        try await known("{]", of: worker)
        _ = try await worker.run { $0.takeDown() }
        let down = try await worker.send { output in
            output.appendResultEnd(transfer: 1, length: 2)
            output.appendComplete(handle: 0)
        }
        #expect(
            down == [
                .refusal(4, .malformedResult, .transfer(1), state: .queued, attempt: 1), .result(1, held: 0, .gone),
                .acknowledgement(5),
            ]
        )
        #expect(try await worker.run { $0.handedIn == $0.givenBack })
    }

    @Test("Bytes that come when the result is known to be malformed are refused once, and the number is free")
    func malformedBeforeMore() async throws {
        let worker = try await opened()
        try await known("{]", of: worker)
        let down = try await worker.run { end in
            _ = end.takeDown()
            end.send(cut: 3) { output in
                [UInt8](repeating: 0x20, count: 100).withUnsafeBytes { output.appendResultBytes(transfer: 1, $0) }
            }
            end.send { output in
                output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain")
            }
            return end.takeDown()
        }
        #expect(
            down.filter { if case .acknowledgement = $0 { false } else { true } } == [
                .refusal(4, .malformedResult, .transfer(1), state: .queued, attempt: 1), .result(1, held: 0, .gone),
                .result(1, held: 0, .open),
            ]
        )
        #expect(try await worker.run { $0.handedIn == $0.givenBack })
    }

    @Test("A result that is too large, of the wrong length or digest, or no gzip is refused")
    func broken() async throws {
        let worker = try await opened(resultLimit: 4)
        try await worker.send { output in
            output.appendText("12345", as: 1, of: "a")
            output.appendResultBegin(transfer: 2, taskID: "a", mediaType: "text/plain")
            output.appendResultEnd(transfer: 2, length: 1)
            output.appendResultBegin(transfer: 3, taskID: "a", coding: .gzip, mediaType: "text/plain")
            output.appendResultEnd(transfer: 3, length: 0)
            output.appendResultBegin(transfer: 4, taskID: "a", mediaType: "text/plain")
            output.appendResultEnd(transfer: 4, length: 0, sha256: [UInt8](repeating: 0, count: 32))
        }
        let down = await worker.until(.acknowledgement(10))
        #expect(down.contains(.refusal(4, .overQuota, .transfer(1), state: .queued, attempt: 1)))
        let refused: [(sequence: UInt64, transfer: UInt32)] = [(6, 2), (8, 3), (10, 4)]
        for (sequence, transfer) in refused {
            #expect(
                down.contains(.refusal(sequence, .malformedResult, .transfer(transfer), state: .queued, attempt: 1))
            )
            #expect(down.contains(.result(transfer, held: 0, .gone)))
        }
        #expect(worker.services.results.count == 0)
    }

    @Test("What cannot be begun is refused, and so are frames of a transfer that is not open")
    func refusals() async throws {
        let worker = try await opened()
        let down = try await worker.send { output in
            output.appendResultBegin(transfer: 1, taskID: "absent", mediaType: "text/plain")
            output.appendResultBegin(transfer: 1, taskID: "no id", mediaType: "text/plain")
            output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text")
            output.appendResultBegin(transfer: 1, taskID: "a", attempt: 1, mediaType: "text/plain")
            output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain")
            output.appendResultEnd(transfer: 2, length: 0)
            output.appendComplete(handle: 0)
            output.appendResultBegin(transfer: 3, taskID: "a", mediaType: "text/plain")
        }
        #expect(
            down == [
                .refusal(2, .unknownJob, .transfer(1)), .refusal(3, .malformed, .transfer(1)),
                .refusal(4, .malformed, .transfer(1)), .result(1, held: 0, .open),
                .refusal(6, .malformed, .transfer(1)), .refusal(7, .unknownJob, .transfer(2)),
                .refusal(9, .alreadyFinished, .transfer(3), state: .completed, attempt: 1), .acknowledgement(9),
            ]
        )
    }

    @Test("A stream has at most so many transfers open")
    func tooMany() async throws {
        let worker = try await opened()
        let limit = UInt32(UpdateLimits.maximumTransfers)
        let down = try await worker.send { output in
            for number in 0...limit { output.appendResultBegin(transfer: number, taskID: "a", mediaType: "text/plain") }
        }
        #expect(down.count == Int(limit) + 2)
        #expect(down.contains(.refusal(UInt64(limit) + 2, .overQuota, .transfer(limit))))
    }

    @Test("A result that is stored after its stream was lost, or ended, is freed", arguments: [true, false])
    func abandoned(_ isLost: Bool) async throws {
        let held = HeldPool()
        let worker = try await opened(pool: held.pool)
        try await worker.send { output in
            output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain")
            Array("text".utf8).withUnsafeBytes { output.appendResultBytes(transfer: 1, $0) }
        }
        _ = await worker.until { $0.handedIn == $0.givenBack ? true : nil }
        held.hold()
        try await worker.send { $0.appendResultEnd(transfer: 1, length: 4) }
        try await worker.run { end in
            if isLost { end.stream.abandon(at: end.services.clock.now()) } else { end.stream.displace() }
        }
        held.release()
        // The pool's only thread has stored the result when this has run, and the loop has heard of it before.
        try await held.pool.runIfActive(eventLoop: worker.loop) {}.get()
        #expect(worker.services.results.count == 0)
        try await held.shutDown()
    }

    @Test("With its pool gone, a result is given up and its bytes are given back")
    func noPool() async throws {
        let worker = try await opened(pool: NIOThreadPool(numberOfThreads: 1))
        try await worker.send { $0.appendText("text", as: 1, of: "a") }
        #expect(
            await worker.until(.acknowledgement(4)) == [
                .refusal(4, .overQuota, .transfer(1), state: .queued, attempt: 1), .result(1, held: 0, .gone),
                .acknowledgement(4),
            ]
        )
        #expect(try await worker.run { $0.handedIn == $0.givenBack })
    }
}
