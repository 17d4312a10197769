import Testing

@testable import WorkerClient

@Suite("Arguments of the worker client")
struct ArgumentTests {
    @Test(
        "a server's URL names a host and a port",
        arguments: [
            ("http://127.0.0.1:8080", "127.0.0.1", 8_080, "127.0.0.1:8080"),
            ("HTTP://status.example/", "status.example", 80, "status.example"),
            ("http://[::1]:9000", "::1", 9_000, "[::1]:9000"),
            ("http://[::1]", "::1", 80, "[::1]"),
        ]
    )
    func addresses(url: String, host: String, port: Int, authority: String) throws {
        let address = try ServerAddress(url)
        #expect(address.host == host && address.port == port && address.authority == authority)
    }

    @Test(
        "any other URL is refused with what is wrong",
        arguments: [
            "", "localhost:8080", "https://a:1", "http://", "http://:80", "http://a:0", "http://a:65536", "http://a:x",
            "http://a b:80", "http://a:80/path", "http://u@a:80", "http://::1:80", "http://[::1", "http://[::1]9",
            "ftp://a", "http://a:80?x", "http://ä:80",
        ]
    )
    func badAddresses(url: String) {
        #expect(throws: WorkerError.self) { try ServerAddress(url) }
        #expect(throws: WorkerError.self) { try WorkerClient(server: url) }
    }

    @Test("a new task id has 26 characters, sorts by time and obeys the rule")
    func taskIDs() {
        var generator = SystemRandomNumberGenerator()
        let ids = (0..<100).map { TaskIdentifier.make(milliseconds: UInt64($0) << 40, using: &generator) }
        #expect(ids == ids.sorted())
        #expect(ids.allSatisfy { $0.utf8.count == 26 && TaskIdentifier.isValid($0) })
        #expect(Set((0..<1_000).map { _ in WorkerClient.makeTaskID() }).count == 1_000)
        #expect(TaskIdentifier.make(milliseconds: 0, using: &generator).hasPrefix("0000000000"))
    }

    @Test("a task id, a label and a producer beyond their limits are refused before anything is sent")
    func limits() throws {
        let client = try WorkerClient(server: "http://127.0.0.1:1")
        #expect(throws: WorkerError.self) { try client.job("") }
        #expect(throws: WorkerError.self) { try client.job("a/b") }
        #expect(throws: WorkerError.self) { try client.job(String(repeating: "a", count: 65)) }
        var options = JobOptions(labels: [JobLabel("", "x")])
        #expect(throws: WorkerError.self) { try client.job("a", options) }
        options.labels = (0..<17).map { JobLabel("\($0)", "") }
        #expect(throws: WorkerError.self) { try client.job("a", options) }
        options = JobOptions(type: String(repeating: "t", count: 129))
        #expect(throws: WorkerError.self) { try client.job("a", options) }
        options = JobOptions()
        options.parentID = "no id"
        #expect(throws: WorkerError.self) { try client.job("a", options) }
        _ = try client.job("a")
        #expect(throws: WorkerError.alreadyOpen(id: "a")) { try client.job("a") }

        var configuration = WorkerClient.Configuration(server: "http://127.0.0.1:1")
        configuration.producer = String(repeating: "p", count: 65)
        #expect(throws: WorkerError.self) { try WorkerClient(configuration) }
    }

    @Test("reconnecting waits longer after each failure, never longer than the limit, and never exactly as long")
    func backoff() {
        var generator = SystemRandomNumberGenerator()
        var backoff = Backoff(.milliseconds(100) ... .seconds(1))
        for ceiling in [100, 200, 400, 800, 1_000, 1_000, 1_000] {
            let delay = backoff.next(using: &generator)
            #expect(delay >= .milliseconds(ceiling) / 2 && delay <= .milliseconds(ceiling))
        }
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .milliseconds(100))
    }

    @Test("values of progress outside their range are shown as the nearest end")
    func clamping() throws {
        let client = try WorkerClient(server: "http://127.0.0.1:1")
        let job = try client.job("a")
        job.progress(percent: .nan)
        job.progress(percent: 1e300)
        job.progress(percent: -.infinity)
        job.progress(basisPoints: .max)
        job.progress(.max, of: .max)
        job.step(-1, of: .max, name: String(repeating: "ä", count: 1_000))
        #expect(job.end == nil)
    }
}
