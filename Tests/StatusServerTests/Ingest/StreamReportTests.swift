import Bytes
import ResultStore
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("A worker reports on its jobs")
struct WorkerReportTests {
    @Test("Progress, units, step and note reach the job, and each item takes a number")
    func updates() async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.open { output in
            output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            output.appendBind(handle: 1, taskID: "b", creating: JobDescription())
            output.appendProgress(handle: 0, basisPoints: 100)
            output.appendRun([(0, 200), (1, 300)])
            output.appendDenseRun(first: 0, basisPoints: [250, 350])
            output.appendUpdate(handle: 1, units: (done: 1, total: 4), unit: "pages", step: (1, 2, "read"), note: "hm")
            output.appendUpdate(handle: 0)
        }
        #expect(down == [.acknowledgement(9)])
        #expect(worker.services.snapshot("a")?.progress.value == 250)
        let job = try #require(worker.services.snapshot("b"))
        #expect(job.progress.value == 2_500)
        #expect(job.state == .processing)
        #expect(job.step?.total == 2)
        #expect(job.withText(.note) { String(decoding: $0, as: UTF8.self) } == "hm")
    }

    @Test("What comes is the same wherever the body is cut", arguments: [1, 2, 3, 5, 7, 64])
    func cuts(_ length: Int) async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.run { end in
            end.send(cut: length) { output in
                output.appendHello()
                output.appendBind(handle: 300, taskID: "a", creating: JobDescription(type: "t"))
                output.appendRun([(300, 200), (300, 400), (301, 300)])
                output.appendUpdate(handle: 300, note: "a note")
                output.appendFail(handle: 300, code: "c", text: "it broke")
            }
            #expect(end.handedIn == end.givenBack)
            return end.takeDown()
        }
        #expect(down.contains(.refusal(4, .unknownJob, .handle(301))))
        #expect(down.last == .acknowledgement(6))
        #expect(worker.services.snapshot("a")?.state == .failed)
    }

    @Test("A finished job's true state comes with the refusal; what made it so may be repeated")
    func finished() async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.open { output in
            output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            output.appendBind(handle: 1, taskID: "b", creating: JobDescription())
            output.appendComplete(handle: 0)
            output.appendComplete(handle: 0)
            output.appendProgress(handle: 0, basisPoints: 1)
            output.appendFail(handle: 1, text: "no")
            output.appendStart(handle: 1)
            output.appendProgress(handle: 2, basisPoints: 10_001)
        }
        #expect(
            down == [
                .refusal(5, .alreadyFinished, .handle(0), state: .completed, attempt: 1),
                .refusal(7, .alreadyFinished, .handle(1), state: .failed, attempt: 1),
                .refusal(8, .malformed, .handle(2)),
                .acknowledgement(8),
            ]
        )
    }

    @Test("A retry queues the next attempt under the same handle and drops the staged result")
    func retry() async throws {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            output.appendProgress(handle: 0, basisPoints: 9)
            output.appendText("{}", as: 1, of: "a")
        }
        _ = await worker.until(.acknowledgement(5))
        #expect(worker.services.results.count == 1)
        let down = try await worker.send { output in
            output.appendRetry(handle: 0)
            output.appendStart(handle: 0)
        }
        #expect(down == [.acknowledgement(7)])
        #expect(worker.services.snapshot("a")?.attempt == 2)
        #expect(worker.services.results.count == 0)
    }

    @Test("Goodbye and the end of the body let go of the jobs; a loss or an error does not", arguments: 0..<4)
    func endings(_ way: Int) async throws {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            output.appendStart(handle: 0)
        }
        let down = try await worker.run { end in
            switch way {
            case 0: end.send { $0.appendGoodbye() }
            case 1: end.stream.receiveEnd()
            case 2: end.stream.abandon(at: end.services.clock.now())
            default: end.send { $0.append(UInt8(0x7F)) }
            }
            return end.takeDown()
        }
        let expected: [[DownFrame]] = [[.acknowledgement(3)], [], [], [.error(.unsupportedFrame, 3)]]
        #expect(down == expected[way])
        #expect(try await worker.run { $0.isFinished } == (way != 2))
        worker.services.table.advance(to: worker.services.now(after: 31), limit: 100) { _ in }
        #expect(worker.services.snapshot("a", after: 31)?.isStalled == (way > 1))
    }
}

extension OutputBuffer {
    /// A whole result of three frames.
    mutating func appendText(_ text: String, as transfer: UInt32, of taskID: String, mediaType: String = "text/plain") {
        appendResultBegin(transfer: transfer, taskID: taskID, mediaType: mediaType)
        Array(text.utf8).withUnsafeBytes { appendResultBytes(transfer: transfer, $0) }
        appendResultEnd(transfer: transfer, length: UInt64(text.utf8.count))
    }
}
