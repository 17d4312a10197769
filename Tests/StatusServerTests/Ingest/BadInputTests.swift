import Bytes
import NIOCore
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

/// Section 11.3 of the specification, row by row, against the jobs.
@Suite("Bad input", .tags(.unit010))
struct BadInputTests {
    /// One row: bytes behind hello and the bind of handle 0, which is item 1, and what comes down.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let down: [DownFrame]

        init(_ name: String, _ bytes: [UInt8], _ down: [DownFrame]) {
            testDescription = name
            self.bytes = bytes
            self.down = down
        }
    }

    private static let tooLong: [UInt8] = [UInt8](repeating: 0xFF, count: 9) + [0x01]

    /// Items that are refused; the stream goes on.
    static let refused: [Row] = [
        Row("an integer too long within a payload", [0x03, 0x0A] + tooLong, [.refusal(2, .malformed, .none)]),
        Row(
            "a handle beyond 32 bits",
            [0x03, 0x06, 0x80, 0x80, 0x80, 0x80, 0x10, 0],
            [.refusal(2, .malformed, .none)]
        ),
        Row(
            "a note above its limit",
            [0x90, 0, 0x81, 0x08] + [UInt8](repeating: 0x61, count: 1_025),
            [.refusal(2, .malformed, .handle(0))]
        ),
        Row("a note that is not UTF-8", [0x90, 0, 1, 0xFF], [.refusal(2, .malformed, .handle(0))]),
        Row("an unknown cancel answer", [0x0A, 2, 0, 3], [.refusal(2, .malformed, .handle(0))]),
        Row(
            "an unknown coding",
            [0x07, 0x0B, 5, 1, 0x61, 0, 2, 0, 3, 0x61, 0x2F, 0x62, 0],
            [.refusal(2, .malformed, .transfer(5))]
        ),
        Row("a payload that is too short", [0x03, 1, 0], [.refusal(2, .malformed, .handle(0))]),
        Row("a payload that is too long", [0x03, 3, 0, 0, 0xAA], []),
        Row("progress above 10,000", [0x81, 0, 0x91, 0x4E], [.refusal(2, .malformed, .handle(0))]),
        Row(
            "progress above 10,000 in a run",
            [0x40, 3, 0, 5, 0, 0x91, 0x4E, 0, 9],
            [.refusal(3, .malformed, .handle(0))]
        ),
        Row(
            "a sum of deltas beyond 32 bits",
            [0x40, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, 1, 1, 0, 1],
            [
                .refusal(2, .unknownJob, .handle(.max)), .refusal(3, .malformed, .none),
                .refusal(4, .malformed, .none),
            ]
        ),
        Row("a handle that is not bound", [0x81, 5, 1], [.refusal(2, .unknownJob, .handle(5))]),
        Row("an unbind of it", [0x0B, 1, 5], [.refusal(2, .unknownJob, .handle(5))]),
        Row("a transfer that is not open", [0x09, 3, 7, 0, 0], [.refusal(2, .unknownJob, .transfer(7))]),
        Row("bytes of it", [0x08, 3, 7, 0, 0], [.refusal(2, .unknownJob, .transfer(7))]),
        Row(
            "a handle above the limit",
            [0x02, 8, 0x80, 0x80, 0x40, 1, 0x61, 0, 0, 0],
            [.refusal(2, .overQuota, .handle(1_048_576))]
        ),
        Row(
            "a handle above the limit in an update",
            [0x81, 0x80, 0x80, 0x40, 1],
            [.refusal(2, .unknownJob, .handle(1_048_576))]
        ),
        Row("a task id of the wrong syntax", [0x02, 5, 3, 1, 0x21, 0, 0], [.refusal(2, .malformed, .handle(3))]),
        Row("an unknown optional type", [0x20, 2, 0xFF, 0xFF], []),
    ]

    /// What ends the stream.
    static let fatal: [Row] = [
        Row("an integer too long in an update", [0x81] + tooLong, [.error(.integerTooLong, 2)]),
        Row("an integer too long in a run", [0x40] + tooLong, [.error(.integerTooLong, 2)]),
        Row("a length that is too long an integer", [0x02] + tooLong, [.error(.integerTooLong, 2)]),
        Row("a length above the limit", [0x02, 0x81, 0x80, 0x04], [.error(.frameTooLong, 2)]),
        Row(
            "an update above the limit",
            [0x90, 0, 0x80, 0x80, 0x08] + [UInt8](repeating: 0x61, count: 70_000),
            [.error(.frameTooLong, 2)]
        ),
        Row("a run of no entries", [0x40, 0], [.error(.malformedFrame, 2)]),
        Row("a run of too many entries", [0x40, 0x81, 0x80, 0x04], [.error(.frameTooLong, 2)]),
        Row("a second hello", [0x01, 6, 1, 0, 0, 0, 0, 1], [.error(.badOpening, 2)]),
        Row("an unknown mandatory type", [0x0E, 0], [.error(.unsupportedFrame, 2)]),
        Row("a type of the other direction", [0x10, 0], [.error(.unsupportedFrame, 2)]),
        Row("an unknown compact type", [0x7F], [.error(.unsupportedFrame, 2)]),
        Row("the reserved bit", [0xC1, 0, 1], [.error(.unsupportedFrame, 2)]),
    ]

    private func begin(_ output: inout OutputBuffer) {
        output.appendHello(producer: "p")
        output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
    }

    @Test("costs the item, and the next one applies", arguments: refused, [Int.max, 1])
    func refusals(_ row: Row, cut: Int) async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.run { end in
            end.send(cut: cut) { output in
                begin(&output)
                output.append(contentsOf: row.bytes)
                output.appendProgress(handle: 0, basisPoints: 77)
            }
            #expect(end.givenBack == end.handedIn)
            return end.takeDown()
        }
        #expect(down.filter { if case .refusal = $0 { true } else { false } } == row.down)
        #expect(worker.services.snapshot("a")?.progress.value == 77)
        #expect(try await worker.run { !$0.isFinished })
    }

    @Test("costs the stream where nobody knows what comes next, and leaves nothing of it", arguments: fatal)
    func errors(_ row: Row) async throws {
        let other = try await WorkerHarness()
        try await other.open { $0.appendBind(handle: 0, taskID: "b", creating: JobDescription()) }
        let worker = try await WorkerHarness(other.services, on: other.loop)
        let down = try await worker.run { end in
            end.send { output in
                begin(&output)
                output.appendStart(handle: 0)
                output.append(contentsOf: row.bytes)
                output.appendProgress(handle: 0, basisPoints: 77)
            }
            return end.takeDown()
        }
        let expected = row.down.map { frame -> DownFrame in
            if case .error(let code, let item) = frame { .error(code, item + 1) } else { frame }
        }
        #expect(down.suffix(1) == expected[...])
        #expect(try await worker.run { $0.isFinished && $0.givenBack == $0.handedIn })
        #expect(worker.services.snapshot("a")?.progress.value == 0)
        try await worker.run { $0.stream.abandon(at: $0.services.clock.now()) }
        // Only where its producer came to is kept.
        #expect(worker.services.streams.count == 1)
        let record = worker.services.streams.record(of: ProducerKey(tenant: .sole, name: "p"))
        #expect(record?.applied == 2)
        #expect(try await other.send { $0.appendProgress(handle: 0, basisPoints: 5) }.last == .acknowledgement(2))
    }

    @Test("Bytes after goodbye end the stream with an error, and its jobs are let go of")
    func afterGoodbye() async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.run { end in
            end.send { output in
                begin(&output)
                output.appendStart(handle: 0)
                output.appendGoodbye()
                output.append(UInt8(0x81))
            }
            return end.takeDown()
        }
        #expect(down.suffix(1) == [.error(.afterGoodbye, 4)])
        worker.services.table.advance(to: worker.services.now(after: 31), limit: 100) { _ in }
        #expect(worker.services.snapshot("a", after: 31)?.isStalled == false)
    }
}
