import Bytes
import NIOPosix
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("A worker's stream begins")
struct HelloTests {
    @Test("Hello is answered with welcome, whose epoch names the stream")
    func welcome() async throws {
        let worker = try await WorkerHarness()
        #expect(try await worker.send { $0.appendHello(producer: "one") } == [.welcome(epoch: 1_001)])
        let next = try await WorkerHarness(worker.services, on: worker.loop)
        #expect(try await next.send { $0.appendHello(producer: "two") } == [.welcome(epoch: 1_002)])
    }

    @Test("Another major version ends the stream before any welcome")
    func version() async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.send { $0.append(contentsOf: [0x01, 0x06, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01]) }
        #expect(down == [.error(.unsupportedVersion)])
        #expect(try await worker.run { $0.isFinished })
    }

    @Test("What is no hello ends the stream, and what follows is dropped")
    func opening() async throws {
        let worker = try await WorkerHarness()
        let down = try await worker.send { output in
            output.appendFlush()
            output.appendHello()
        }
        #expect(down == [.error(.badOpening)])
        #expect(try await worker.send { $0.appendHello() } == [])
        #expect(try await worker.run { $0.handedIn == $0.givenBack })
    }

    @Test("A body that ends before its first byte, or inside a frame, is an error")
    func cut() async throws {
        let silent = try await WorkerHarness()
        #expect(try await silent.end() == [.error(.badOpening)])
        let broken = try await WorkerHarness()
        try await broken.open { $0.append(contentsOf: [0x81, 0x00]) }
        #expect(try await broken.end() == [.error(.truncated, 1)])
    }

    @Test("A worker that does not go on with a frame is told so")
    func slow() async throws {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            output.appendFlush()
            output.append(contentsOf: [0x81, 0x00])
        }
        #expect(try await worker.run { $0.stream.isInsideFrame })
        let down = try await worker.run { end in
            end.stream.timeOut()
            return end.takeDown()
        }
        #expect(down == [.error(.tooSlow, 2)])
        #expect(try await worker.run { $0.isFinished && !$0.stream.isInsideFrame })
    }

    @Test("A results-only stream displaces nobody and takes nothing but results")
    func resultsOnly() async throws {
        let updates = try await WorkerHarness()
        let results = try await WorkerHarness(updates.services, on: updates.loop)
        try await updates.open(producer: "p") { $0.appendBind(handle: 0, taskID: "job", creating: JobDescription()) }
        let down = try await results.open(producer: "p", isForResults: true) { output in
            output.appendBind(handle: 0, taskID: "job")
            output.appendProgress(handle: 0, basisPoints: 100)
            output.appendComplete(handle: 0)
            output.appendUnbind(handle: 0)
            output.appendFlush()
        }
        #expect(try await results.run { $0.isForResults })
        #expect(
            down == (1...4).map { .refusal($0, .notAllowed, .handle(0)) } + [.acknowledgement(5)]
        )
        #expect(try await updates.send { $0.appendProgress(handle: 0, basisPoints: 1) } == [.acknowledgement(2)])
    }
}
