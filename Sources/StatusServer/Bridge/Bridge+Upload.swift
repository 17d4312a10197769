import Bytes
import HTTP1
import ResultStore
import StatusCore

extension Bridge {
    /// `PUT /api/jobs/{taskId}/result`, before its body: what arrives, and whether it can be taken at all.
    func upload(to id: TaskID?, _ call: Call) throws(ErrorAnswer) -> ResultUpload {
        let id = try existing(id, call)
        let request = call.request
        // A part that is taken for the whole would be stored as one (RFC 9110 §14.5).
        guard request.value(of: "content-range") == nil else { throw .malformed("A result is sent whole, in one PUT") }
        let upload = ResultUpload(
            taskID: id,
            mediaType: try mediaType(of: request),
            name: try name(in: request),
            coding: try coding(of: request),
            isJSON: isJSON(request),
            attempt: try attempt(in: request.query),
            completes: try completes(request.query),
            context: call.context
        )
        try check(upload, at: call.now, call.scratch.snapshot)
        return upload
    }

    /// Throws where the job does not take the result, whatever its bytes are.
    private func check(_ upload: ResultUpload, at now: Instant, _ job: JobSnapshot) throws(ErrorAnswer) {
        let id = try read(upload.taskID, at: now, into: job)
        if upload.attempt != 0, upload.attempt < job.attempt {
            throw .attemptIsOver(id, job.state, current: job.attempt)
        }
        // A finished job takes the bytes that it has once more, so that a client may repeat a request whose answer was
        // lost; which bytes come is known at their end.
        if job.state.isTerminal, resultInStore(of: job) == nil { throw .alreadyFinished(id, job.state) }
    }

    /// Answers a `PUT …/result` whose body has been stored, or could not be.
    ///
    /// - Parameters:
    ///   - outcome: how it ended. A stored result belongs to the bridge from here on.
    ///   - scratch: the event loop's own.
    ///   - output: the body of the answer is appended to it.
    func finish(
        _ upload: ResultUpload,
        _ outcome: ResultUpload.Outcome,
        at now: Instant,
        scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) -> ResponseFields {
        var fields: ResponseFields
        do throws(ErrorAnswer) {
            let status = try take(upload, outcome, at: now, scratch.snapshot)
            fields = try statusAfterWrite(
                of: upload.taskID,
                at: now,
                upload.context,
                scratch.snapshot,
                status: status,
                into: &output
            )
            settle(upload.taskID, status, upload.context, scratch)
        } catch {
            fields = error.write(asProblem: upload.context.wantsProblem, into: &output)
        }
        fields.set(upload.context.origin)
        return fields
    }

    /// Gives the job what was stored and returns the status code to answer with.
    private func take(
        _ upload: ResultUpload,
        _ outcome: ResultUpload.Outcome,
        at now: Instant,
        _ job: JobSnapshot
    ) throws(ErrorAnswer) -> Int {
        switch outcome {
        case .malformed(let reason): throw .malformedResult(reason)
        case .tooLarge: throw .resultTooLarge
        case .full: throw .storeFull
        case .failed(let reason): throw .storeFailed(reason)
        case .stored(let result): return try attach(result, upload, at: now, job)
        }
    }

    private func attach(
        _ result: StoredResult,
        _ upload: ResultUpload,
        at now: Instant,
        _ job: JobSnapshot
    ) throws(ErrorAnswer) -> Int {
        let id = upload.taskID
        let given = ResultID(result.id)
        let outcome = table.attachResult(given, to: id, attempt: upload.attempt, from: nil, at: now)
        if case .attached(let dropped) = outcome {
            discard(dropped)
            if upload.completes { try complete(id, with: given, at: now, job) }
            return dropped == .none ? 201 : 200
        }
        defer { discard(given) }
        switch outcome {
        case .attached: preconditionFailure("handled above")
        case .unknown: throw .unknownJob(id)
        case .expired(let at): throw .expired(id, at: at)
        case .refused(.alreadyFinished, let state, _):
            _ = try read(id, at: now, into: job)
            guard let present = resultInStore(of: job), present.hasSameContent(as: result) else {
                throw .alreadyFinished(id, state)
            }
            return 200
        case .refused(let refusal, let state, let attempt):
            throw .refused(refusal, id, state, attempt: attempt)
        }
    }

    /// Completes the job with the result that was just given to it, in the attempt that it was given to.
    private func complete(
        _ id: TaskID,
        with given: ResultID,
        at now: Instant,
        _ job: JobSnapshot
    ) throws(ErrorAnswer) {
        _ = try read(id, at: now, into: job)
        if job.state == .completed, job.resultID == given { return }
        // Another result, or another attempt, has come between: that one is not to be completed by this request.
        guard job.stagedResultID == given else { throw .attemptIsOver(id, job.state, current: job.attempt) }
        try apply(.complete(attempt: job.attempt), to: id, at: now)
    }

    /// The result that a finished job has, or that a failed or cancelled one leaves.
    private func resultInStore(of job: JobSnapshot) -> StoredResult? {
        let id = job.resultID != .none ? job.resultID : job.stagedResultID
        return id == .none ? nil : results.result(id.rawValue)
    }
}

extension StoredResult {
    /// True when both hold the same bytes.
    ///
    /// Length and checksum tell apart what is not meant to look alike; contents in memory are compared as well. A
    /// comparison of files would stop the event loop for as long as the disk takes.
    func hasSameContent(as other: StoredResult) -> Bool {
        guard length == other.length, checksum == other.checksum else { return false }
        guard isInMemory, other.isInMemory, length <= BridgeLimits.resultOnLoop else { return true }
        guard let mine = try? copyContent(limit: BridgeLimits.resultOnLoop),
            let others = try? other.copyContent(limit: BridgeLimits.resultOnLoop)
        else { return false }
        return mine == others
    }
}
