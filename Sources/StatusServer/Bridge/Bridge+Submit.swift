import Bytes
import HTTP1
import StatusCore

extension Bridge {
    /// `POST /api/jobs`: a new job, or the one that the same submission made before.
    func submit(
        _ bytes: UnsafeRawBufferPointer,
        _ idempotencyKey: [UInt8]?,
        _ context: AnswerContext,
        at now: Instant,
        _ job: JobSnapshot,
        into output: inout OutputBuffer
    ) throws(ErrorAnswer) -> ResponseFields {
        let body = try SubmissionBody(parsing: bytes, idempotencyKey: idempotencyKey, at: now.wall)
        let id = body.submission.id
        switch table.submit(body.submission, at: now) {
        case .created(let reference), .existing(let reference):
            // The job's time may be over between the two looks, if it is short.
            guard table.read(reference, at: now, into: job) else { throw .unknownJob(id) }
            appendPlainStatus(of: job, at: now, context.baseURL, to: &output)
            var fields = ResponseFields(202)
            fields.setLocation("/api/jobs/\(job.id)/status")
            return fields
        case .conflict(let reference):
            guard table.read(reference, at: now, into: job) else { throw .unknownJob(id) }
            throw .conflict(job.id, job.state)
        case .expired(let at): throw .expired(id, at: at)
        case .full: throw .full
        // The limits were checked with the body; the core's word is the last one.
        case .malformed: throw .malformed("A text, a count or a duration is beyond its limit")
        }
    }

    /// `Idempotency-Key`, as it was sent.
    func idempotencyKey(of request: BridgeRequest) throws(ErrorAnswer) -> [UInt8]? {
        guard let key = request.value(of: "idempotency-key") else { return nil }
        guard (1...StatusCore.Limits.idempotencyKeyLength).contains(key.count) else {
            throw .malformed("Idempotency-Key must be 1 to \(StatusCore.Limits.idempotencyKeyLength) bytes")
        }
        return Array(key)
    }
}
