import Bytes
import NIOCore
import NIOEmbedded
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("Results that do not come")
struct IdleTransferTests {
    @Test("A transfer of which nothing comes is given up, its place is free, and others go on")
    func idle() throws {
        let loop = EmbeddedEventLoop()
        let end = WorkerEnd(try ServerServices.forTests(loop, transfers: 2), on: loop)
        end.send { output in
            output.appendHello()
            output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain")
        }
        loop.advanceTime(by: Limits.transferTimeout - .seconds(1))
        end.send { $0.appendResultBegin(transfer: 2, taskID: "a", mediaType: "text/plain") }
        _ = end.takeDown()
        loop.advanceTime(by: .seconds(1))
        #expect(end.takeDown() == [.result(1, held: 0, .gone)])
        end.send { output in
            output.appendResultEnd(transfer: 1, length: 0)
            output.appendResultBegin(transfer: 3, taskID: "a", mediaType: "text/plain")
        }
        #expect(
            end.takeDown() == [
                .refusal(4, .unknownJob, .transfer(1)), .result(3, held: 0, .open), .acknowledgement(5),
            ]
        )
        end.stream.abandon(at: end.services.clock.now())
    }

    @Test("With as many results on their way as the server takes, a begin is refused until one has ended")
    func full() async throws {
        let loop = EmbeddedEventLoop()
        let services = try ServerServices.forTests(loop, transfers: 1)
        let first = WorkerEnd(services, on: loop)
        let second = WorkerEnd(services, on: loop)
        first.send { output in
            output.appendHello()
            output.appendBind(handle: 0, taskID: "a", creating: JobDescription())
            output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain")
        }
        second.send { output in
            output.appendHello()
            output.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain")
            output.appendResultEnd(transfer: 1, length: 0)
        }
        #expect(
            second.takeDown().dropFirst() == [
                .refusal(1, .overQuota, .transfer(1)), .refusal(2, .unknownJob, .transfer(1)), .acknowledgement(2),
            ]
        )
        first.stream.abandon(at: services.clock.now())
        second.send { $0.appendResultBegin(transfer: 1, taskID: "a", mediaType: "text/plain") }
        #expect(second.takeDown().first == .result(1, held: 0, .open))
        second.stream.abandon(at: services.clock.now())
    }
}
