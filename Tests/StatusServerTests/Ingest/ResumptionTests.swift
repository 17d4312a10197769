import Bytes
import NIOCore
import NIOPosix
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("A producer comes back", .tags(.unit009), .timeLimit(.minutes(1)))
struct ResumptionTests {
    /// How the former stream ends.
    enum End: CaseIterable {
        case goodbye, endOfBody, loss, protocolError, none
    }

    /// A stream of the producer "p" of epoch 1,001 that has applied the items 1 to 3, and its end.
    private func former(_ end: End, on loop: (any EventLoop)? = nil) async throws -> WorkerHarness {
        let group = MultiThreadedEventLoopGroup.singleton
        let worker = try await WorkerHarness(ServerServices.forTests(group), on: loop ?? group.next())
        try await worker.open(producer: "p") { output in
            output.appendBind(handle: 0, taskID: "job", creating: JobDescription())
            output.appendStart(handle: 0)
            output.appendProgress(handle: 0, basisPoints: 5)
        }
        try await worker.run { side in
            switch end {
            case .goodbye: side.send { $0.appendGoodbye() }
            case .endOfBody: side.stream.receiveEnd()
            case .loss: side.stream.abandon(at: side.services.clock.now())
            case .protocolError: side.send { $0.append(UInt8(0x7F)) }
            case .none: break
            }
            _ = side.takeDown()
        }
        return worker
    }

    /// Another stream, on an event loop of its own, which says hello at once.
    private func next(
        after worker: WorkerHarness,
        epoch: UInt64,
        first: UInt64,
        producer: String = "p",
        isForResults: Bool = false
    ) async throws -> WorkerHarness {
        let next = try await WorkerHarness(worker.services, on: MultiThreadedEventLoopGroup.singleton.next())
        try await next.run { side in
            side.send { output in
                output.appendHello(
                    producer: producer,
                    epoch: epoch,
                    firstSequence: first,
                    isForResults: isForResults
                )
            }
        }
        return next
    }

    /// The first two frames down, or fewer where the stream has ended.
    private func opening(_ worker: WorkerHarness, count: Int = 2) async -> [DownFrame] {
        await worker.until { $0.takeDown(count) }
    }

    @Test("The newest epoch is welcomed with the watermark of a stream that ended in any way", arguments: End.allCases)
    func newest(_ end: End) async throws {
        let former = try await former(end)
        let watermark: UInt64 = end == .goodbye ? 4 : 3
        let next = try await next(after: former, epoch: 1_001, first: 10)
        #expect(await opening(next) == [.welcome(epoch: 1_002, resumed: true), .acknowledgement(watermark)])
        #expect(try await next.send { $0.appendFlush() } == [.acknowledgement(10)])
    }

    @Test("A stream that still lives is told before the new one is welcomed, and takes nothing more")
    func displaces() async throws {
        let former = try await former(.none)
        let next = try await next(after: former, epoch: 1_001, first: 10)
        _ = await opening(next)
        #expect(await former.until(.error(.displaced)) == [.error(.displaced)])
        #expect(try await former.run { $0.isFinished })
        #expect(try await former.send { $0.appendProgress(handle: 0, basisPoints: 6_000) } == [])
        #expect(former.services.snapshot("job")?.progress.value == 5)
    }

    @Test("The watermark counts what the former stream applied up to its last moment")
    func lastMoment() async throws {
        let held = HeldLoop()
        let former = try await former(.none, on: held.loop)
        held.hold()
        // It is the former stream's turn, and then that of the claim.
        let last = former.submit { $0.send { $0.appendProgress(handle: 0, basisPoints: 7) } }
        let next = try await next(after: former, epoch: 1_001, first: 10)
        #expect(try await next.run { $0.takeDown() } == [])
        try await next.run { $0.send { $0.appendBind(handle: 4, taskID: "job") } }
        #expect(try await next.run { $0.givenBack < $0.handedIn && $0.stream.phase == .claiming })
        held.release()
        try await last.get()
        #expect(
            await opening(next, count: 3) == [
                .welcome(epoch: 1_002, resumed: true), .acknowledgement(4), .acknowledgement(10),
            ]
        )
        #expect(try await next.run { $0.givenBack == $0.handedIn })
        try await held.shutDown()
    }

    @Test("A fresh start takes over without a watermark, and fences the epoch before it", arguments: End.allCases)
    func fresh(_ end: End) async throws {
        let former = try await former(end)
        let next = try await next(after: former, epoch: 0, first: 1)
        #expect(await opening(next, count: 1) == [.welcome(epoch: 1_002)])
        let zombie = try await self.next(after: former, epoch: 1_001, first: 500)
        #expect(await opening(zombie, count: 1) == [.error(.displaced)])
        #expect(try await next.send { $0.appendFlush() } == [.acknowledgement(1)])
    }

    @Test("A zombie is turned away after the newer stream has ended as well", arguments: End.allCases)
    func zombie(_ end: End) async throws {
        let former = try await former(.loss)
        let second = try await next(after: former, epoch: 1_001, first: 10)
        let third = try await next(after: former, epoch: 1_002, first: 20)
        _ = await opening(third)
        try await third.run { side in
            switch end {
            case .goodbye: side.send { $0.appendGoodbye() }
            case .endOfBody: side.stream.receiveEnd()
            case .loss: side.stream.abandon(at: side.services.clock.now())
            case .protocolError: side.send { $0.append(UInt8(0x7F)) }
            case .none: break
            }
        }
        let zombie = try await next(after: former, epoch: 1_001, first: 1_000)
        #expect(await opening(zombie, count: 1) == [.error(.displaced)])
        #expect(try await zombie.run { $0.isFinished })
        if end == .none { #expect(try await third.send { $0.appendFlush() } == [.acknowledgement(20)]) }
        _ = second
    }

    @Test("A worker whose welcome was lost is not locked out", arguments: [End.none, .loss, .endOfBody])
    func lostWelcome(_ end: End) async throws {
        let former = try await former(.loss)
        let unheard = try await next(after: former, epoch: 1_001, first: 10)
        try await unheard.run { side in
            side.send { $0.appendFlush() }
            switch end {
            case .loss: side.stream.abandon(at: side.services.clock.now())
            case .endOfBody: side.stream.receiveEnd()
            default: break
            }
        }
        let next = try await next(after: former, epoch: 1_001, first: 11)
        #expect(await opening(next) == [.welcome(epoch: 1_003, resumed: true), .acknowledgement(10)])
        // A hello of the same worker that was under way for longer than this one.
        let late = try await self.next(after: former, epoch: 1_001, first: 10)
        #expect(await opening(late, count: 1) == [.error(.displaced)])
        #expect(try await next.send { $0.appendFlush() } == [.acknowledgement(11)])
    }

    @Test("Who names the former epoch but not above what was applied since does not displace the stream that lives")
    func otherInstance() async throws {
        let former = try await former(.loss)
        let alive = try await next(after: former, epoch: 1_001, first: 10)
        _ = await opening(alive)
        try await alive.send { output in
            for _ in 0..<50 { output.appendFlush() }
        }
        let zombie = try await next(after: former, epoch: 1_001, first: 40)
        #expect(await opening(zombie, count: 1) == [.error(.displaced)])
        #expect(try await alive.send { $0.appendFlush() } == [.acknowledgement(60)])
    }

    @Test("A results-only stream neither resumes nor displaces, and its epoch fences nobody")
    func resultsOnly() async throws {
        let former = try await former(.none)
        let results = try await next(after: former, epoch: 1_001, first: 1, isForResults: true)
        #expect(await opening(results, count: 1) == [.welcome(epoch: 1_002)])
        #expect(try await former.send { $0.appendFlush() } == [.acknowledgement(4)])
        try await former.run { $0.stream.abandon(at: $0.services.clock.now()) }
        let next = try await next(after: former, epoch: 1_001, first: 10)
        #expect(await opening(next) == [.welcome(epoch: 1_003, resumed: true), .acknowledgement(4)])
    }

    @Test("Two streams that want the same place get it one after the other")
    func crowd() async throws {
        let held = HeldLoop()
        let former = try await former(.none, on: held.loop)
        held.hold()
        let second = try await next(after: former, epoch: 1_001, first: 10)
        let third = try await next(after: former, epoch: 1_001, first: 11)
        #expect(try await second.run { $0.stream.phase } == .claiming)
        #expect(try await third.run { $0.stream.phase } == .claiming)
        held.release()
        #expect(await opening(third) == [.welcome(epoch: 1_003, resumed: true), .acknowledgement(3)])
        #expect(
            await second.until(.error(.displaced)) == [
                .welcome(epoch: 1_002, resumed: true), .acknowledgement(3), .error(.displaced),
            ]
        )
        #expect(await former.until(.error(.displaced)) == [.error(.displaced)])
        try await held.shutDown()
    }

    @Test("A claimant that has gone before its turn displaces nobody")
    func claimantGone() async throws {
        let held = HeldLoop()
        let former = try await former(.none, on: held.loop)
        held.hold()
        let next = try await next(after: former, epoch: 1_001, first: 10)
        try await next.run { $0.stream.abandon(at: $0.services.clock.now()) }
        held.release()
        #expect(try await former.send { $0.appendFlush() } == [.acknowledgement(4)])
        #expect(try await former.run { $0.stream.phase == .open })
        try await held.shutDown()
    }

    @Test("A worker whose former stream cannot be reached is told to try again, and may")
    func standstill() async throws {
        let held = HeldLoop()
        let former = try await former(.none, on: held.loop)
        held.hold()
        let next = try await next(after: former, epoch: 1_001, first: 10)
        let down = try await next.run { side in
            side.stream.takeoverTimedOut()
            return side.takeDown()
        }
        #expect(down == [.error(.internalError)])
        held.release()
        let again = try await self.next(after: former, epoch: 1_001, first: 10)
        #expect(await opening(again) == [.welcome(epoch: 1_002, resumed: true), .acknowledgement(3)])
        try await held.shutDown()
    }

    @Test("A drain sends a stream away that waits for its place")
    func drained() async throws {
        let held = HeldLoop()
        let former = try await former(.none, on: held.loop)
        held.hold()
        let next = try await next(after: former, epoch: 1_001, first: 10)
        let down = try await next.run { side in
            side.stream.drain()
            return side.takeDown()
        }
        #expect(down == [.goodbye(.shuttingDown)])
        held.release()
        #expect(try await former.send { $0.appendFlush() } == [.acknowledgement(4)])
        try await held.shutDown()
    }
}
