import Bytes
import JSON
import StatusCore

/// The JSON object that says where a job stands, written key by key in the order of the contract.
///
/// It is written in three parts, because a result may come between them: ``appendBeginning(to:)``, the result,
/// ``appendEnd(to:)``. Nothing here allocates.
struct StatusBody {
    let job: JobSnapshot
    /// The present, in milliseconds since 1970 UTC.
    let now: Int64
    /// The beginning of absolute URLs; without one there are none in the body.
    let baseURL: [UInt8]
    /// True for answers that read a single job.
    let showsMetadata: Bool
    /// How busy the server is.
    let load: ServerLoad

    /// From the opening brace to `expiresAt`: the first of the kept keys.
    func appendBeginning(to output: inout OutputBuffer) {
        let state = job.state
        output.append(#"{"taskId":""#)
        // A task id holds nothing that JSON escapes.
        job.id.withBytes { output.append($0) }
        output.append(#"","status":""#)
        output.append(state.word)
        output.append(#"","progress":"#)
        output.appendJSON(hundredths: Int(job.progress.value))
        output.append(#","message":""#)
        appendMessage(state, to: &output)
        output.append(#"","createdAt":"#)
        output.appendJSONTime(job.createdAt)
        output.append(#","updatedAt":"#)
        output.appendJSONTime(job.updatedAt)
        output.append(#","expiresAt":"#)
        output.appendJSONTime(job.expiresAt)
    }

    /// From `completedAt`, the last of the kept keys, to the closing brace.
    func appendEnd(to output: inout OutputBuffer) {
        append("completedAt", time: job.completedAt, to: &output)
        append("estimatedCompletion", time: job.estimatedCompletion, to: &output)
        appendProgress(to: &output)
        appendOutcome(to: &output)
        appendOrigin(to: &output)
        appendDirections(to: &output)
        output.append(UInt8(ascii: "}"))
    }

    /// The sentence of the kept contract, inside its quotes.
    private func appendMessage(_ state: JobState, to output: inout OutputBuffer) {
        switch state {
        case .queued: output.append("Queued for processing...")
        case .processing:
            output.append("Processing")
            _ = job.withText(.stepName) { name in
                output.append(": ")
                output.appendJSONText(name)
            }
            output.append("...")
        case .completed: output.append("Completed successfully")
        case .failed:
            let said: Void? = job.withText(.failureText) { output.appendJSONText($0) }
            if said == nil { output.append("Processing failed") }
        case .cancelled: output.append("Job cancelled")
        }
    }
}

extension StatusBody {
    /// `,"key":"…"` when there is a time.
    @inline(__always)
    func append(_ key: StaticString, time: Int64?, to output: inout OutputBuffer) {
        guard let time else { return }
        output.appendJSONKey(key)
        output.appendJSONTime(time)
    }

    /// `,"key":"…"` when the job has that text.
    @inline(__always)
    func append(_ key: StaticString, text field: TextField, to output: inout OutputBuffer) {
        _ = job.withText(field) { text in
            output.appendJSONKey(key)
            output.appendJSONString(text)
        }
    }
}
