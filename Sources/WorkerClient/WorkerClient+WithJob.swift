extension WorkerClient {
    /// Opens a job, runs `body` as the work on it, and ends the job as `body` ends.
    ///
    /// | `body` | the job | this call |
    /// |---|---|---|
    /// | returns | completes | returns the value, once the server has acknowledged |
    /// | throws an error | fails, with the error's description | throws that error |
    /// | is cancelled with the job | is cancelled; the answer is *stopped* | throws ``WorkerError/ended(_:)`` |
    /// | is cancelled with the calling task | is released, for someone else to do | throws `CancellationError` |
    ///
    /// `body` runs in a task of its own. That task is cancelled as soon as nobody wants the work any more: someone
    /// cancelled the job, it has expired, another worker has it, or a newer attempt has begun. A `body` that looks at
    /// `Task.isCancelled`, or awaits something that does, stops then. It may also end the job itself.
    ///
    /// - Parameters:
    ///   - id: as for ``job(_:_:)``; without it, a new one.
    ///   - options: what the job is, should it be created here, and which attempt of it this is.
    ///   - body: the work. A result is sent in here.
    /// - Throws: what `body` throws; ``WorkerError`` where the job could not be opened or ended; `CancellationError`.
    public func withJob<Value: Sendable>(
        _ id: String = WorkerClient.makeTaskID(),
        _ options: JobOptions = JobOptions(),
        _ body: @escaping @Sendable (WorkerJob) async throws -> Value
    ) async throws -> Value {
        let job = try await openJob(id, options)
        switch await job.run(body) {
        case .success(let value):
            if job.end.map(\.isOwn) != true { try await job.complete() }
            return value
        case .failure(let error):
            try await job.end(after: error)
            throw error
        }
    }
}

extension WorkerJob {
    private enum Event<Value: Sendable>: Sendable {
        case done(Result<Value, any Error>)
        case isOver
    }

    /// Runs `body` until it ends; cancels it when the job is over before.
    fileprivate func run<Value: Sendable>(
        _ body: @escaping @Sendable (WorkerJob) async throws -> Value
    ) async -> Result<Value, any Error> {
        await withTaskGroup(of: Event<Value>.self) { group in
            group.addTask {
                do {
                    return .done(.success(try await body(self)))
                } catch {
                    return .done(.failure(error))
                }
            }
            group.addTask {
                _ = await self.waitForCancellation()
                return .isOver
            }
            var result: Result<Value, any Error> = .failure(CancellationError())
            for await event in group {
                switch event {
                case .done(let outcome):
                    result = outcome
                    group.cancelAll()
                case .isOver:
                    // A body that has ended the job itself may still have something to clear up.
                    if end.map(\.isOwn) != true { group.cancelAll() }
                }
            }
            return result
        }
    }

    /// Ends the job whose work ended with `error`. Throws where the work ended because the job had.
    fileprivate func end(after error: any Error) async throws {
        if cancellation != nil {
            answerCancel(.stopped)
            throw WorkerError.ended(.cancelled)
        }
        if let end {
            if end.isOwn { return }
            throw client.session.dismissal ?? .ended(end)
        }
        if error is CancellationError {
            // Not awaited: this task is cancelled, and the release is delivered all the same.
            return client.change { session, effects in _ = session.endJob(handle, .release, &effects) }
        }
        // The work's own error matters more than one about reporting it, which stays pending anyway.
        try? await fail("\(error)")
    }
}

extension JobEnd {
    /// True of what the worker itself did to the job.
    fileprivate var isOwn: Bool {
        switch self {
        case .completed, .failed, .released: true
        case .cancelled, .expired, .refused, .closed: false
        }
    }
}
