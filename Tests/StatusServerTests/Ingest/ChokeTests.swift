import Bytes
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("A worker that does not read")
struct ChokeTests {
    @Test("Refusals pile up to a limit, and the rest of the body waits until they have gone down")
    func chokes() async throws {
        let worker = try await WorkerHarness()
        try await worker.open()
        let count = 60_000
        try await worker.run { end in
            var frames = OutputBuffer()
            frames.appendDenseRun(first: 0, basisPoints: [UInt16](repeating: 1, count: count))
            frames.appendGoodbye()
            frames.withBytes { #expect(end.stream.receive($0, at: end.services.now(after: 0)) < count) }
            end.stream.receiveEnd()
            var refusals = 0
            while !end.isFinished {
                #expect(end.stream.output.count < Limits.outboundHighWater + 1_024)
                refusals += end.takeDown().count { if case .refusal = $0 { true } else { false } }
                end.stream.drained()
            }
            let last = end.takeDown()
            refusals += last.count { if case .refusal = $0 { true } else { false } }
            #expect(refusals == count)
            #expect(last.last == .acknowledgement(UInt64(count) + 1))
        }
    }
}
