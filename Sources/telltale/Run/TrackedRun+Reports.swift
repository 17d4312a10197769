import WorkerClient

/// What the server is told, and how long that may take.
extension TrackedRun {
    /// For `--require-server`: returns when the server has accepted the job.
    func waitForServer() async throws(CommandFailure) {
        let outcome = await Patience.wait(RunLimits.requiredServer) {
            try await client.waitUntilConnected()
            try await job.bound()
        }
        switch outcome {
        case .done: return
        case .gaveUp: throw CommandFailure(silence, status: .runFailed)
        case .failed(let error): throw CommandFailure("job \(job.id): \(ReportFault.text(error))", status: .runFailed)
        }
    }

    func upload(_ spill: SpillFile) async throws {
        let beginning = try await spill.beginning(atMost: RunLimits.sniffBytes)
        try await job.sendResult(spill, mediaType: mediaType ?? SniffedMediaType.of(beginning))
    }

    /// Waits for the upload's end. A result that cannot be kept does not change how the job ended.
    func finish(_ upload: Task<Void, any Error>) async throws {
        do {
            try await withTaskCancellationHandler {
                try await upload.value
            } onCancel: {
                upload.cancel()
            }
        } catch {
            try Task.checkCancellation()
            if job.end == nil {
                Console.warn("job \(job.id): the output is not kept as its result: \(ReportFault.text(error))")
            }
        }
    }

    /// Reports the end and says goodbye, for as long as the server goes on taking what is sent. Returns true when the
    /// server has taken all of it; says why on standard error when it has not.
    func report(watching spill: SpillFile, _ body: @escaping @Sendable () async throws -> Void) async -> Bool {
        let outcome = await Patience.wait(linger, movement: { spill.bytesRead }, body)
        let reason: String
        switch outcome {
        case .done:
            if await client.close(within: linger) { return true }
            reason = silence
        case .gaveUp:
            reason = silence
            await client.close(within: .zero)
        case .failed(let error):
            reason = ReportFault.text(error)
            await client.close(within: linger)
        }
        Console.warn("job \(job.id) was not reported to its end: \(reason)")
        return false
    }

    private var silence: String {
        guard let failure = client.lastFailure else { return "no answer from \(server.text)" }
        // The client names the address that it could not connect to, and the URL says it already.
        let reason = failure.hasPrefix("cannot connect to ") ? failure.split(separator: ": ").last ?? "" : failure[...]
        return "no answer from \(server.text): \(reason)"
    }
}
