import Bytes
import JSON
import StatusCore

extension Bridge {
    /// `GET /api/jobs/{taskId}/history`: what became of the job, and when.
    func history(of id: TaskID?, _ call: Call, into output: inout OutputBuffer) throws(ErrorAnswer) -> BridgeDecision {
        guard let id else { throw .invalidTaskID }
        let (lookup, history) = table.history(of: id, at: call.now)
        try checkThoroughly(lookup, id)
        guard let history else { throw .unknownJob(id) }
        output.append(#"{"taskId":""#)
        // A task id holds nothing that JSON escapes.
        id.withBytes { output.append($0) }
        output.append(#"","history":["#)
        var isFirst = true
        for transition in history.transitions {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            output.append(transition)
        }
        output.append(UInt8(ascii: "]"))
        if history.omitted > 0 {
            output.append(#","omitted":"#)
            output.append(decimal: UInt64(history.omitted))
        }
        output.append(UInt8(ascii: "}"))
        return .answer(ResponseFields(200))
    }
}

extension OutputBuffer {
    fileprivate mutating func append(_ transition: Transition) {
        append(#"{"at":"#)
        appendJSONTime(transition.time)
        append(#","status":""#)
        append(transition.kind.state.word)
        append(#"","attempt":"#)
        append(decimal: UInt64(transition.attempt))
        append(#","progress":"#)
        appendJSON(hundredths: Int(transition.progress.value))
        switch transition.kind {
        case .stalled: append(#","stalled":true"#)
        case .resumed: append(#","stalled":false"#)
        case .removed: append(#","removed":true"#)
        case .queued, .processing, .completed, .failed, .cancelled: break
        }
        append(#","cause":""#)
        append(transition.cause.word)
        append(#""}"#)
    }
}

extension Transition.Kind {
    /// What readers of the job saw from then on.
    fileprivate var state: JobState {
        switch self {
        case .queued: .queued
        case .processing, .stalled, .resumed: .processing
        case .completed: .completed
        case .failed: .failed
        case .cancelled, .removed: .cancelled
        }
    }
}

extension Transition.Cause {
    /// The word for it in JSON.
    fileprivate var word: StaticString {
        switch self {
        case .submission: "submission"
        case .report: "report"
        case .retry: "retry"
        case .silence: "silence"
        case .cancellation: "cancellation"
        case .deletion: "deletion"
        }
    }
}
