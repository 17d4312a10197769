import Glibc
import WorkerClient

/// One of the demo's workers: takes files off the board, and reports to the server as any foreign worker would. It
/// knows nothing of the server but its URL.
struct DemoWorker {
    static let count = 3
    /// What is read and reported at a time.
    static let chunkBytes = 2_048

    let number: Int
    let client: WorkerClient
    let board: DemoBoard
    let pause: Duration

    /// Submits all jobs, which then read as queued until a worker takes them.
    static func submit(_ board: DemoBoard, server: String) async throws {
        let client = try WorkerClient(server: server)
        for job in board.jobs {
            var options = JobOptions(type: "sanitize")
            options.labels = [JobLabel("file", cut(job.file.path, to: 256))]
            // Released at once: it waits for a worker, and nobody is missed meanwhile.
            let submitted = try client.job(job.id, options)
            try await submitted.release()
        }
        await client.close()
    }

    /// Runs all workers until no file is left, or the task is cancelled.
    static func runAll(_ board: DemoBoard, server: String, pause: Duration) async {
        await withTaskGroup { group in
            for number in 0..<count {
                group.addTask {
                    var configuration = WorkerClient.Configuration(server: server)
                    configuration.producer = "demo-worker-\(number + 1)"
                    guard let client = try? WorkerClient(configuration) else {
                        preconditionFailure("the demo's own server has no usable URL: \(server)")
                    }
                    let worker = DemoWorker(number: number, client: client, board: board, pause: pause)
                    while !Task.isCancelled, let (number, job) = board.take(for: worker.number) {
                        await worker.run(number, job)
                    }
                    await client.close(within: .seconds(1))
                }
            }
        }
    }

    /// Does one job to its end.
    private func run(_ number: Int, _ entry: DemoBoard.Job) async {
        do {
            let job = try client.job(entry.id)
            do {
                try await sanitize(number, entry, job)
            } catch let failure as CommandFailure {
                try await job.fail(failure.text, code: "unreadable")
                board.end(number, .failed, detail: failure.text)
            } catch WorkerError.ended(.cancelled), WorkerError.refused(_, state: .cancelled, detail: _) {
                job.answerCancel(.stopped)
                board.end(number, .cancelled, detail: "by someone else")
            }
        } catch {
            board.end(number, .failed, detail: "\(error)")
        }
    }

    private func sanitize(_ number: Int, _ entry: DemoBoard.Job, _ job: WorkerJob) async throws {
        let path = entry.file.path
        guard let file = FileReader(path) else {
            throw CommandFailure("cannot read \(path): \(SystemError.text(errno))")
        }
        job.start()
        job.step(1, of: 2, name: "sanitizing \(Self.cut(path, to: 200))")
        var sanitizer = Sanitizer()
        var content: [UInt8] = []
        var done = 0
        while true {
            guard let bytes = file.read(Self.chunkBytes) else {
                throw CommandFailure("cannot read \(path): \(SystemError.text(errno))")
            }
            if bytes.isEmpty { break }
            guard job.cancellation == nil else { throw WorkerError.ended(.cancelled) }
            try Task.checkCancellation()
            sanitizer.append(bytes, to: &content)
            done += bytes.count
            // The file may have grown since it was found.
            let total = max(done, entry.file.length)
            job.progress(UInt64(done), of: UInt64(total), unit: "bytes")
            job.note(sanitizer.findings.summary)
            board.advance(number, basisPoints: done * 10_000 / total)
            if pause > .zero { try await Task.sleep(for: pause) } else { await Task.yield() }
        }
        sanitizer.finish(to: &content)
        let findings = sanitizer.findings
        job.step(2, of: 2, name: "storing the result")
        job.note(findings.summary)
        let document = SanitizedDocument(content: content, sanitizer: sanitizer, finishedAt: Self.now())
        try await job.sendResult(document.json(), mediaType: "application/json")
        try await job.complete()
        board.end(number, .done, detail: findings.summary, findings: findings)
    }

    /// Milliseconds since 1970.
    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// The end of a path tells more than its beginning.
    private static func cut(_ path: String, to bytes: Int) -> String {
        var path = path[...]
        while path.utf8.count > bytes { path = path.dropFirst() }
        return String(path)
    }
}
