import Foundation
import Testing

@testable import LoadGenerator

@Suite("Making a load", .serialized)
struct LoadWorkerTests {
    private static let right = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright".utf8)
    private static let wrong = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong".utf8)

    private func load(
        connections: Int = 1,
        depth: Int = 1,
        rate: Double? = nil,
        milliseconds: Int = 200,
        _ answer: @escaping @Sendable (Int) -> [UInt8]?
    ) throws -> (outcome: LoadOutcome, requests: Int) {
        let server = FakeServer(answer)
        defer { server.stop() }
        let question = Question(request: Array("GET / HTTP/1.1\r\n\r\n".utf8), beginning: Array("right".utf8))
        let plan = LoadPlan(
            questions: [question],
            connections: connections,
            depth: depth,
            rate: rate,
            duration: milliseconds * 1_000_000
        )
        let outcome = try LoadWorker.run(plan, at: HostAddress(host: "127.0.0.1", port: server.port))
        return (outcome, server.requests)
    }

    @Test("Each request is answered, and every answer counted", arguments: [(1, 1), (3, 1), (2, 16)])
    func closedLoop(connections: Int, depth: Int) throws {
        let (outcome, requests) = try load(connections: connections, depth: depth) { _ in Self.right }
        #expect(outcome.answers == requests)
        #expect(outcome.answers >= connections * depth)
        #expect(outcome.errors == 0 && outcome.lost == 0)
        #expect(outcome.bytes == requests * Self.right.count)
        #expect(outcome.rate > 0)
    }

    @Test("An open loop starts as many requests as its rate says, however fast the answers are")
    func openLoop() throws {
        let (outcome, requests) = try load(connections: 3, rate: 250) { _ in Self.right }
        #expect(requests == 50)
        #expect(outcome.answers == 50 && outcome.errors == 0)
        // The last one starts 196 ms after the beginning.
        #expect(outcome.nanoseconds >= 196_000_000)
    }

    @Test("A server that stands still is shown with all that had to wait for it")
    func stall() throws {
        let answer: @Sendable (Int) -> [UInt8]? = { number in
            if number == 10 { Thread.sleep(forTimeInterval: 0.4) }
            return Self.right
        }
        let (open, _) = try load(rate: 100, milliseconds: 1_000, answer)
        #expect(open.answers == 100)
        // 40 of 100 were due while it stood still, and 30 of them at least 0.1 s before it went on.
        #expect(open.latency(at: 75) >= 100_000_000)
        #expect(open.longest >= 400_000_000)
        #expect(open.latency(at: 99.99) <= open.longest)
    }

    @Test("Wrong answers are counted, right ones among them are not")
    func wrongAnswers() throws {
        let (outcome, requests) = try load(depth: 4, rate: 250) { $0 % 5 == 3 ? Self.wrong : Self.right }
        #expect(requests == 50)
        #expect(outcome.answers == 50)
        #expect(outcome.wrong == 10)
        #expect(outcome.errors == 10)
    }

    @Test("What a closed connection left without an answer is counted", arguments: [nil, 250] as [Double?])
    func lostConnection(rate: Double?) throws {
        let (outcome, _) = try load(depth: 2, rate: rate) { $0 < 4 ? Self.right : nil }
        #expect(outcome.answers == 4)
        #expect(outcome.lost == 1)
        if rate == nil { #expect((1...2).contains(outcome.unanswered)) } else { #expect(outcome.unanswered == 46) }
    }

    @Test("Answers that nobody asked for, or that are none, end their connection")
    func nonsense() throws {
        let (twice, _) = try load { _ in Self.right + Self.right }
        #expect(twice.lost == 1)
        let (none, _) = try load { _ in Array("nonsense\r\n\r\n".utf8) }
        #expect(none.lost == 1 && none.unanswered == 1 && none.answers == 0)
    }

    @Test("Answers in pieces are put together")
    func pieces() throws {
        // 64 KiB of answer arrive in several reads.
        let body = Array("right".utf8) + [UInt8](repeating: 0x78, count: 65_536)
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
        let (outcome, requests) = try load(depth: 2) { _ in bytes }
        #expect(outcome.answers == requests && outcome.errors == 0 && requests >= 2)
    }

    @Test("Nobody there is said in words")
    func nobody() throws {
        let server = FakeServer { _ in nil }
        server.stop()
        let question = Question(request: [1], beginning: [1])
        let plan = LoadPlan(questions: [question], connections: 1, depth: 1, rate: nil, duration: 1)
        #expect {
            try LoadWorker.run(plan, at: HostAddress(host: "127.0.0.1", port: server.port))
        } throws: { error in
            "\(error)" == "Connection refused"
        }
    }

    @Test("Shares have all connections and the whole rate between them", arguments: [1, 3, 5])
    func shares(count: Int) {
        let question = Question(request: [1], beginning: [1])
        let plan = LoadPlan(questions: [question], connections: 5, depth: 1, rate: 100, duration: 1)
        let shares = (0..<count).map { plan.share($0, of: count) }
        #expect(shares.reduce(0) { $0 + $1.connections } == 5)
        #expect(abs(shares.reduce(0) { $0 + ($1.rate ?? 0) } - 100) < 0.001)
        #expect(shares.allSatisfy { $0.connections >= 1 })
    }
}
