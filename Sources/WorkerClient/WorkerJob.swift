import UpdateProtocol

/// One job that this worker does.
///
/// Reports may be made from any thread, at any rate: they never wait and never fail, and what is not sent yet is
/// replaced by what is newer, so that the last value of each field always arrives. They mean nothing once the job has
/// ended or was cancelled. Calls that wait return when the server has acknowledged; they throw ``WorkerError``, or
/// `CancellationError` when the calling task was cancelled, and then the change stays pending.
public final class WorkerJob: Sendable {
    /// The job's task id.
    public let id: String
    let handle: JobHandle
    let sink: JobSink
    let client: WorkerClient

    init(id: String, handle: JobHandle, sink: JobSink, client: WorkerClient) {
        self.id = id
        self.handle = handle
        self.sink = sink
        self.client = client
    }

    /// How the job ended; nil while it is open.
    public var end: JobEnd? { sink.end }

    // MARK: Reports

    /// The work has begun. Progress, units and steps imply it.
    public func start() {
        client.report(handle, .start)
    }

    /// How much is done, in percent; values outside 0 to 100 are shown as the nearest end, and what is not a number is
    /// ignored. The server never lets the percentage of an attempt go back.
    public func progress(percent: Double) {
        guard !percent.isNaN else { return }
        progress(basisPoints: Int(min(max(percent, 0), 100) * 100))
    }

    /// How much is done, in hundredths of a percent, 0 to 10,000; values outside are shown as the nearest end.
    public func progress(basisPoints: Int) {
        client.report(handle, .progress(UInt16(min(max(basisPoints, 0), Int(UpdateLimits.maximumProgress)))))
    }

    /// How much is done, in units of work, from which the server derives the percentage. A total of 0 is one that is
    /// not known; `unit` ("rows") is at most 64 bytes, and stays as it was when it is nil.
    public func progress(_ done: UInt64, of total: UInt64, unit: String? = nil) {
        // Larger integers do not fit on the wire (RFC 9000 §16); nobody counts that far.
        let limit: UInt64 = (1 << 62) - 1
        client.report(handle, .units(done: min(done, limit), total: min(total, limit), unit: unit))
    }

    /// The step at present, counted from 1 (0: not counted) of `total` (0: not known); a name of at most 256 bytes.
    public func step(_ index: Int, of total: Int, name: String) {
        client.report(
            handle,
            .step(index: UInt32(clamping: index), total: UInt32(clamping: total), name: name)
        )
    }

    /// A word to whoever watches, at most 1,024 bytes; an empty one takes the last away.
    public func note(_ text: String) {
        client.report(handle, .note(text))
    }

    /// The work goes on, though there is nothing to report.
    public func heartbeat() {
        client.report(handle, .heartbeat)
    }

    // MARK: Changes

    /// Returns once the server has accepted the job on the present connection, or on the next one.
    public func bound() async throws {
        try await ask { session, effects in session.awaitBinding(handle, &effects) }
    }

    /// The work is done: final. A result is sent before. Asking again for an end that the job has taken already, here
    /// and below, returns at once.
    public func complete() async throws {
        try await ask(for: .completed) { session, effects in session.endJob(handle, .complete, &effects) }
    }

    /// The work has failed: final, too. `text` says why, for people (at most 1,024 bytes), `code` for programs (at most
    /// 64); `retryable` advises whoever submitted the job.
    public func fail(_ text: String, code: String? = nil, retryable: Bool = false) async throws {
        let failure = Failure(text: text, code: code ?? "", isRetryable: retryable)
        try await ask(for: .failed) { session, effects in session.endJob(handle, .fail(failure), &effects) }
    }

    /// Begins attempt `attempt`, which must be newer than the one that the job was opened with: progress starts again
    /// at zero, and what was reported about the older attempt is forgotten.
    public func retry(attempt: UInt32) async throws {
        try await ask { session, effects in session.retry(handle, attempt: attempt, &effects) }
    }

    /// Lets go of the job without ending it, after everything reported before is delivered: someone else will go on.
    public func release() async throws {
        try await ask(for: .released) { session, effects in session.endJob(handle, .release, &effects) }
    }

    private func ask(
        for wanted: JobEnd? = nil,
        _ body: (inout Session, inout [Effect]) -> Ticket
    ) async throws {
        do {
            try await client.ask(body)
        } catch WorkerError.ended(let other) {
            // The session forgets a job that has ended; its sink does not.
            let end = sink.end ?? other
            if end != wanted { throw WorkerError.ended(end) }
        }
    }

    // MARK: Cancel

    /// The cancel, if someone cancelled the job. The server has been told already that this worker knows.
    public var cancellation: Cancellation? { sink.cancellation }

    /// Calls `body` once when someone cancels the job, at once if that has happened. It runs on an event loop and must
    /// not block.
    public func onCancel(_ body: @escaping @Sendable (Cancellation) -> Void) {
        sink.onCancel(body)
    }

    /// Waits until someone cancels the job; nil when it ends otherwise, or the calling task is cancelled.
    public func waitForCancellation() async -> Cancellation? {
        await sink.waitForCancellation()
    }

    /// Says what came of a cancel, which also ends the job here. Without it, `complete` counts as
    /// ``CancelAnswer/refused`` and `fail` and `release` as ``CancelAnswer/stopped``.
    public func answerCancel(_ answer: CancelAnswer) {
        let reply: WorkerReply = answer == .stopped ? .stopped : .refused
        client.change { session, _ in _ = session.answerCancel(handle, reply) }
    }
}
