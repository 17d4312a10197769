import ArgumentParser
import Glibc
import StatusServer
import UnixSignals

/// `telltale demo`: a server and three workers on real input, to look at.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start a server and three workers that sanitize text files, and say what to try.",
        discussion: """
            The workers take the text files under PATH (at most \(TextFiles.maximumFiles), without hidden, binary and \
            built ones) one by one. They look for zero-width characters, bidirectional controls, other invisible \
            characters and control codes, and write what is left in canonical composition. No file is changed: the \
            sanitized text is the job's result. The workers report over HTTP/2 as any other worker would.

            Jobs and results stay until the demo ends, with Ctrl-C.

            Exit codes: 0 after Ctrl-C; with --once, 0 when all jobs completed and 1 when not.
            """
    )

    @Argument(help: "Files and folders to sanitize.")
    var paths: [String] = ["."]

    @Flag(help: "End when the jobs have ended.")
    var once = false

    @Option(
        help: ArgumentHelp(
            "Milliseconds to pause after each chunk of 2 KiB, so that there is something to watch.",
            discussion: "By default 30 on a terminal, and 0 otherwise and with --once.",
            valueName: "ms"
        )
    )
    var pace: Int?

    func validate() throws {
        if let pace, !(0...10_000).contains(pace) { throw ValidationError("--pace is 0 to 10000") }
    }

    func run() async throws {
        let found = try TextFiles(under: paths)
        guard !found.files.isEmpty else {
            throw CommandFailure("no text files under \(paths.joined(separator: ", "))")
        }
        let traits = TerminalTraits.ofStandardOutput()
        let pause = Duration.milliseconds(pace ?? (once || !traits.isTerminal ? 0 : 30))
        // Before the server: a signal that comes while it starts is not lost.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)

        let server = try await DemoServer.start()
        let board = DemoBoard(found.files, workers: DemoWorker.count)
        let text = DemoText(url: server.url, board: board, isCut: found.isCut)
        let failure: CommandFailure?
        do throws(CommandFailure) {
            try await show(board, text, DemoWork(board, server: server.url, pause: pause, signals), traits)
            failure = once && !board.allCompleted ? .silent(.failure) : nil
        } catch {
            failure = error
        }
        await server.stop()
        if let failure { throw failure }
    }

    /// Says what happens, until it is over.
    private func show(
        _ board: DemoBoard,
        _ text: DemoText,
        _ work: DemoWork,
        _ traits: TerminalTraits
    ) async throws(CommandFailure) {
        defer { work.end() }
        await work.submit()
        try Console.print(text.introduction(endsNow: once))
        let drawing = Task { await DemoDisplay.show(board, traits) }
        let isFinished = await work.finish()
        board.close()
        await drawing.value
        guard isFinished else { return }
        try Console.print(text.summary(endsNow: once))
        if !once { await work.awaitSignal() }
    }
}

/// The workers at work, until no file is left or a signal comes.
private struct DemoWork {
    private let submission: Task<Void, any Error>
    private let workers: Task<Void, Never>
    private let signal: Task<Void, Never>

    init(_ board: DemoBoard, server: String, pause: Duration, _ signals: UnixSignalsSequence) {
        let submission = Task { try await DemoWorker.submit(board, server: server) }
        let workers = Task {
            _ = try? await submission.value
            await DemoWorker.runAll(board, server: server, pause: pause)
        }
        self.submission = submission
        self.workers = workers
        // The sequence can be read once only.
        signal = Task {
            for await _ in signals { break }
            workers.cancel()
        }
    }

    /// Waits until all jobs are known to the server. One that is not is created by its worker.
    func submit() async {
        _ = try? await submission.value
    }

    /// Waits for the workers; false when a signal came first.
    func finish() async -> Bool {
        await workers.value
        return !workers.isCancelled
    }

    func awaitSignal() async {
        await signal.value
    }

    func end() {
        workers.cancel()
        signal.cancel()
    }
}
