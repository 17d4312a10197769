import Bytes
import NIOCore
import NIOPosix
import StatusCore
import Testing
import UpdateProtocol

@testable import StatusServer

@Suite("A worker hears what others want")
struct WorkerNewsTests {
    private func opened() async throws -> WorkerHarness {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            output.appendBind(handle: 0, taskID: "a", creating: JobDescription(ttl: 3_600))
            output.appendStart(handle: 0)
        }
        return worker
    }

    private func cancel(_ id: String, of worker: WorkerHarness) throws {
        let id = try #require(TaskID(id))
        let services = worker.services
        guard
            case .cancelled(let owner, let handle) = services.table.cancel(
                id,
                reason: "why",
                at: services.now(after: 0)
            )
        else {
            Issue.record("not cancelled")
            return
        }
        services.streams.deliverCancel(owner: owner, handle: handle, reason: "why")
    }

    @Test("A cancel comes down with its reason, and the worker's answer is kept")
    func cancel() async throws {
        let worker = try await opened()
        try cancel("a", of: worker)
        #expect(await worker.until(.cancel(0, "why")) == [.cancel(0, "why")])
        let down = try await worker.send { output in
            output.appendProgress(handle: 0, basisPoints: 9)
            output.appendCancelAnswer(handle: 0, .stopped)
            output.appendCancelAnswer(handle: 5, .stopped)
        }
        #expect(
            down == [
                .refusal(3, .alreadyFinished, .handle(0), state: .cancelled, attempt: 1),
                .refusal(5, .unknownJob, .handle(5)),
                .acknowledgement(5),
            ]
        )
        #expect(worker.services.snapshot("a")?.cancellation?.worker == .stopped)
    }

    @Test("A cancel that comes late does not hit the job that has its handle now")
    func lateCancel() async throws {
        let worker = try await opened()
        let down = try await worker.run { end in
            // The stream's loop is here, so the news waits until the handle has changed hands.
            let id = try #require(TaskID("a"))
            guard
                case .cancelled(let owner, let handle) = end.services.table.cancel(
                    id,
                    reason: nil,
                    at: end.services.now(after: 0)
                )
            else { return [DownFrame.undecodable] }
            end.services.streams.deliverCancel(owner: owner, handle: handle, reason: nil)
            end.send { output in
                output.appendUnbind(handle: 0)
                output.appendBind(handle: 0, taskID: "b", creating: JobDescription())
            }
            return end.takeDown()
        }
        #expect(down == [.acknowledgement(4)])
        // A second trip over the loop: the news has been delivered by then.
        #expect(try await worker.send { $0.appendProgress(handle: 0, basisPoints: 5) } == [.acknowledgement(5)])
    }

    @Test("An expired job frees its handle")
    func expired() async throws {
        let worker = try await opened()
        try await worker.run { end in
            JobTimers(services: end.services, loop: end.eventLoop).tick(at: end.services.now(after: 3_601))
        }
        #expect(await worker.until(.expired(0)) == [.expired(0)])
        let down = try await worker.send { $0.appendProgress(handle: 0, basisPoints: 5) }
        #expect(down.first == .refusal(3, .unknownJob, .handle(0)))
    }

    @Test("Jobs of one worker that expire together are told together")
    func expiredTogether() async throws {
        let worker = try await WorkerHarness()
        try await worker.open { output in
            for handle in UInt32(0)..<100 {
                output.appendBind(handle: handle, taskID: "job-\(handle)", creating: JobDescription(ttl: 3_600))
            }
        }
        let before = try await worker.run { $0.calls }
        try await worker.run { end in
            JobTimers(services: end.services, loop: end.eventLoop).tick(at: end.services.now(after: 3_601))
        }
        let down = await worker.until { $0.takeDown(100) }
        #expect(Set(down.map { "\($0)" }).count == 100)
        #expect(down.allSatisfy { if case .expired = $0 { true } else { false } })
        #expect(try await worker.run { $0.calls } == before + 1)
    }

    @Test("Expiry that comes late does not free a handle that another job has now")
    func lateExpiry() async throws {
        let worker = try await opened()
        let down = try await worker.run { end in
            end.send { $0.appendBind(handle: 0, taskID: "b", creating: JobDescription()) }
            end.stream.expired([Handle(0)])
            end.send { $0.appendProgress(handle: 0, basisPoints: 5) }
            return end.takeDown()
        }
        #expect(down == [.acknowledgement(3), .acknowledgement(4)])
    }

    @Test("A drain asks for a goodbye and goes on applying until it comes")
    func drain() async throws {
        let worker = try await opened()
        worker.services.streams.drain()
        #expect(await worker.until(.goodbye(.shuttingDown)) == [.goodbye(.shuttingDown)])
        #expect(try await worker.send { $0.appendComplete(handle: 0) } == [.acknowledgement(3)])
        #expect(try await worker.send { $0.appendGoodbye() } == [.acknowledgement(4)])
        #expect(try await worker.run { $0.isFinished })
        #expect(worker.services.snapshot("a")?.state == .completed)
    }

    @Test("An overloaded loop asks its workers to slow down, and no other loop's", .tags(.unit010))
    func slowDown() async throws {
        let held = HeldLoop()
        let services = try ServerServices.forTests(MultiThreadedEventLoopGroup.singleton)
        let worker = try await WorkerHarness(services, on: held.loop)
        let results = try await WorkerHarness(services, on: held.loop)
        let elsewhere = try await WorkerHarness(services, on: MultiThreadedEventLoopGroup.singleton.next())
        try await worker.open()
        try await results.open(isForResults: true)
        try await elsewhere.open()
        let down = try await worker.run { end in
            let watch = LoadWatch(services: end.services, loop: end.eventLoop)
            for _ in 0..<Limits.overloadStreak {
                watch.observe(lag: .milliseconds(Limits.overloadLag), elapsed: .milliseconds(100))
            }
            // Clients hear of the same measurements.
            #expect(end.services.bridge.load.hundredths > 100)
            return end.takeDown()
        }
        #expect(down.count == 1)
        guard case .slowDown(let pause) = down.first else { throw NoSlowDown() }
        #expect((Limits.firstPause..<Limits.firstPause * 3 / 2).contains(pause))
        #expect(try await results.run { $0.takeDown() } == [])
        #expect(try await elsewhere.run { $0.takeDown() } == [])
        #expect(try await worker.send { $0.appendFlush() } == [.acknowledgement(1)])
        try await held.shutDown()
    }

    struct NoSlowDown: Error {}

    @Test("A drain says goodbye instead of welcome to a stream that has not said hello")
    func drainBeforeHello() async throws {
        let worker = try await WorkerHarness()
        worker.services.streams.drain()
        #expect(await worker.until(.goodbye(.shuttingDown)) == [.goodbye(.shuttingDown)])
        #expect(try await worker.run { $0.isFinished })
    }

    @Test("News for a stream that has ended, or is gone, is dropped")
    func gone() async throws {
        let worker = try await opened()
        let owner = try await worker.run { end in
            end.send { $0.appendGoodbye() }
            _ = end.takeDown()
            return end.stream.owner
        }
        worker.services.streams.deliverCancel(owner: owner, handle: Handle(0), reason: nil)
        worker.services.streams.reach(owner) { $0.drain() }
        #expect(try await worker.run { $0.takeDown() } == [])
        try await worker.run { $0.stream.abandon(at: $0.services.clock.now()) }
        worker.services.streams.deliverCancel(owner: owner, handle: Handle(0), reason: nil)
        #expect(try await worker.run { $0.takeDown() } == [])
    }
}
