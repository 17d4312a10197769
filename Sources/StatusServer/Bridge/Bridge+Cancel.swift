import Bytes
import JSON
import StatusCore

extension Bridge {
    /// `DELETE /api/jobs/{taskId}`: cancels a live job, removes a finished one.
    func delete(_ id: TaskID?, _ call: Call, into output: inout OutputBuffer) throws(ErrorAnswer) -> ResponseFields {
        guard let id else { throw .invalidTaskID }
        try find(id, at: call.now)
        switch table.delete(id, at: call.now) {
        case .unknown: throw .unknownJob(id)
        case .expired(let at): throw .expired(id, at: at)
        case .cancelled(let owner, let handle):
            tell(owner, handle, reason: nil)
            appendCancelled(id, "Job cancelled successfully", to: &output)
        case .removed(let dropped):
            discard(dropped)
            appendCancelled(id, "Job deleted successfully", to: &output)
        case .settling: throw .settling(id)
        }
        return .keptAnswer
    }

    /// `POST /api/jobs/{taskId}/cancel`: cancels a live job; of a finished one it only says how it stands.
    func cancel(
        _ id: TaskID,
        _ bytes: UnsafeRawBufferPointer,
        _ context: AnswerContext,
        at now: Instant,
        _ scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) throws(ErrorAnswer) -> ResponseFields {
        try find(id, at: now)
        let body = try JSONBody(parsing: bytes)
        try body.allow(["reason"])
        let reason = try body.text("reason", 0...StatusCore.Limits.cancelReasonLength)
        guard try cancel(id, reason: reason, at: now) else {
            return try statusAfterWrite(of: id, at: now, context, scratch.snapshot, status: 200, into: &output)
        }
        appendCancelled(id, "Job cancelled successfully", to: &output)
        return settle(.keptAnswer, scratch)
    }

    /// Cancels a job and tells its worker; false when it was finished already.
    @discardableResult
    func cancel(_ id: TaskID, reason: String?, at now: Instant) throws(ErrorAnswer) -> Bool {
        switch table.cancel(id, reason: reason, at: now) {
        case .unknown: throw .unknownJob(id)
        case .expired(let at): throw .expired(id, at: at)
        case .alreadyTerminal: return false
        case .settling: throw .settling(id)
        case .cancelled(let owner, let handle):
            tell(owner, handle, reason: reason)
            return true
        }
    }

    private func tell(_ owner: OwnerID, _ handle: Handle, reason: String?) {
        if owner != .none { streams.deliverCancel(owner: owner, handle: handle, reason: reason) }
    }

    private func appendCancelled(_ id: TaskID, _ message: StaticString, to output: inout OutputBuffer) {
        output.append(#"{"taskId":""#)
        id.withBytes { output.append($0) }
        output.append(#"","status":"cancelled","message":""#)
        output.append(message)
        output.append(#""}"#)
    }
}
