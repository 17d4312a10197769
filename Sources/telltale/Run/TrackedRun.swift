import Glibc
import NIOPosix
import WorkerClient

/// A command that runs as a job: the command on one side, its reports on the other, neither waiting for the other.
struct TrackedRun {
    let command: [String]
    let mediaType: String?
    let grace: Duration
    let linger: Duration
    let requiresServer: Bool
    let server: ServerURL
    let client: WorkerClient
    let job: WorkerJob
    let ignoresPipeSignal: Bool

    /// - Throws: ``CommandFailure`` for options that the server's rules rule out.
    init(_ options: RunCommand) throws(CommandFailure) {
        // Asked first: a socket of the client ignores the signal for the whole process.
        ignoresPipeSignal = SignalRelay.isIgnored(SIGPIPE)
        command = options.command
        mediaType = options.mediaType
        grace = options.grace.map { .seconds($0) } ?? RunLimits.grace
        linger = options.linger.map { .seconds($0) } ?? RunLimits.linger
        requiresServer = options.requireServer
        server = try options.server.url()

        var configuration = WorkerClient.Configuration(server: server.text)
        // A command may outlast any outage: what it reports waits, and the linger ends the wait.
        configuration.patience = nil
        let labels = options.name.map { [JobLabel("name", $0)] } ?? []
        do {
            client = try WorkerClient(configuration)
            job = try client.job(
                options.id ?? WorkerClient.makeTaskID(),
                JobOptions(type: options.type, labels: labels)
            )
        } catch {
            throw CommandFailure("\(error)", status: .usage)
        }
    }

    /// Runs the command to its end and reports it. Returns what the process exits with.
    func run() async throws -> ExitStatus {
        let spill = Self.makeSpillFile()
        if requiresServer { try await waitForServer() }
        let relay = try SignalRelay()
        Console.warn("job \(job.id)")
        let child: ChildProcess
        do {
            child = try ChildProcess(command, ignoresPipeSignal: ignoresPipeSignal)
        } catch {
            relay.restore()
            _ = await report(watching: spill) { try await job.fail(error.text, code: "not-started") }
            throw error
        }

        job.start()
        let upload = Task { try await self.upload(spill) }
        defer { upload.cancel() }
        let followed = try await follow(child, relay, spill)
        spill.finish()
        // The command is gone: from now on a signal ends the wait for the server.
        relay.restore()

        let isReported = await report(watching: spill) {
            if followed.wasCancelled {
                job.answerCancel(.stopped)
                return
            }
            try await finish(upload)
            if followed.end.isSuccess {
                try await job.complete()
            } else {
                try await job.fail(followed.lastWords ?? followed.end.text, code: followed.end.failureCode)
            }
        }
        return requiresServer && !isReported && followed.end.isSuccess ? .runFailed : followed.end.exitStatus
    }

    /// The file for the output; one that has given up, and so costs the result alone, when it cannot be made.
    private static func makeSpillFile() -> SpillFile {
        do throws(SpillFile.Failure) {
            return try SpillFile(folder: temporaryFolder)
        } catch {
            return SpillFile(givenUp: error)
        }
    }

    private static var temporaryFolder: String {
        if let folder = getenv("TMPDIR"), folder.pointee != 0 { String(cString: folder) } else { "/tmp" }
    }
}

extension TrackedRun {
    /// What became of the command.
    private struct Followed: Sendable {
        var end: CommandEnd
        var wasCancelled: Bool
        var lastWords: String?
    }

    /// Runs the command's loop on a thread of its own: it blocks, which the threads of tasks must not.
    private func follow(_ child: ChildProcess, _ relay: SignalRelay, _ spill: SpillFile) async throws -> Followed {
        let loop = CommandLoop(relay: relay)
        job.onCancel { _ in loop.cancel() }
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let followed = try await threads.runIfActive { [job, grace] in
            var finder = ProgressFinder()
            var lastLine = LastLine()
            let (end, wasCancelled) = loop.run(child, grace: grace) { bytes, stream in
                switch stream {
                case .output: spill.append(bytes)
                case .error: lastLine.feed(bytes)
                }
                if let progress = finder.feed(bytes, from: stream) { Self.report(progress, of: job) }
            }
            // Before the end, which is sent after it: what was counted stays as it was said last.
            if let progress = finder.finish() { Self.report(progress, of: job) }
            return Followed(end: end, wasCancelled: wasCancelled, lastWords: lastLine.text())
        }
        try await threads.shutdownGracefully()
        return followed
    }

    private static func report(_ progress: Progress, of job: WorkerJob) {
        switch progress {
        case .percent(let basisPoints): job.progress(basisPoints: basisPoints)
        case .units(let done, let total): job.progress(done, of: total)
        }
    }
}
