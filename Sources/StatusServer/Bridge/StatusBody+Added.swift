import Bytes
import JSON
import StatusCore

/// The keys beyond the kept contract, in the order in which it lists them.
extension StatusBody {
    /// `version` to `stalled`: how far the job is.
    func appendProgress(to output: inout OutputBuffer) {
        output.append(#","version":"#)
        output.append(decimal: job.version)
        output.append(#","done":"#)
        output.appendJSON(job.state.isTerminal)
        output.append(#","attempt":"#)
        output.append(decimal: UInt64(job.attempt))
        append("startedAt", time: job.startedAt, to: &output)
        append("type", text: .type, to: &output)
        appendStep(to: &output)
        appendUnits(to: &output)
        append("note", text: .note, to: &output)
        if job.isStalled { output.append(#","stalled":true"#) }
    }

    /// An index or a total of 0 is one that the worker did not say.
    private func appendStep(to output: inout OutputBuffer) {
        guard let step = job.step else { return }
        output.append(#","step":{"#)
        if step.index > 0 {
            output.appendJSONKey("index")
            output.append(decimal: UInt64(step.index))
        }
        if step.total > 0 {
            output.appendJSONKey("total")
            output.append(decimal: UInt64(step.total))
        }
        append("name", text: .stepName, to: &output)
        output.append(UInt8(ascii: "}"))
    }

    private func appendUnits(to output: inout OutputBuffer) {
        guard let units = job.units else { return }
        output.append(#","units":{"done":"#)
        output.append(decimal: units.done)
        if units.total > 0 {
            output.append(#","total":"#)
            output.append(decimal: units.total)
        }
        append("unit", text: .unit, to: &output)
        // Two decimals say enough of a rate; one that is beyond whole numbers says nothing.
        if let rate = job.unitsPerSecond, let hundredths = Int(exactly: (rate * 100).rounded()) {
            output.append(#","perSecond":"#)
            output.appendJSON(hundredths: hundredths)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// `failure` and `cancellation`: how the job ended, where it did not complete.
    func appendOutcome(to output: inout OutputBuffer) {
        if job.hasFailure {
            output.append(#","failure":{"#)
            append("code", text: .failureCode, to: &output)
            append("text", text: .failureText, to: &output)
            output.appendJSONKey("retryable")
            output.appendJSON(job.failureIsRetryable)
            output.append(UInt8(ascii: "}"))
        }
        if let cancellation = job.cancellation {
            output.append(#","cancellation":{"requestedAt":"#)
            output.appendJSONTime(cancellation.requestedAt)
            append("reason", text: .cancelReason, to: &output)
            output.append(#","worker":"#)
            output.appendJSONString(cancellation.worker.word.bytes)
            output.append(UInt8(ascii: "}"))
        }
    }

    /// `labels` to `parentId`: what the job was submitted with.
    func appendOrigin(to output: inout OutputBuffer) {
        var isFirst = true
        job.forEachLabel { key, value in
            output.append(isFirst ? #","labels":{"# : ",")
            isFirst = false
            output.appendJSONString(key)
            output.append(UInt8(ascii: ":"))
            output.appendJSONString(value)
        }
        if !isFirst { output.append(UInt8(ascii: "}")) }
        if showsMetadata {
            _ = job.withText(.metadata) { json in
                output.append(#","metadata":"#)
                output.append(json)
            }
        }
        append("parentId", text: .parentID, to: &output)
    }

    /// `statusUrl` to `serverTime`: where and when to ask again.
    func appendDirections(to output: inout OutputBuffer) {
        if !baseURL.isEmpty {
            appendURL("statusUrl", "/status", to: &output)
            if job.resultID != .none { appendURL("resultUrl", "/result", to: &output) }
        }
        append("resultExpiresAt", time: job.resultExpiresAt, to: &output)
        output.append(#","retryAfterMs":"#)
        output.append(decimal: load.stretch(job.retryAfter, longest: StatusCore.Limits.longestRetryAfter))
        output.append(#","serverTime":"#)
        output.appendJSONTime(now)
    }

    private func appendURL(_ key: StaticString, _ ending: StaticString, to output: inout OutputBuffer) {
        output.appendJSONKey(key)
        output.append(UInt8(ascii: "\""))
        baseURL.withUnsafeBytes { output.appendJSONText($0) }
        output.append("/api/jobs/")
        job.id.withBytes { output.append($0) }
        output.append(ending)
        output.append(UInt8(ascii: "\""))
    }
}

extension WorkerAnswer {
    /// The word for it in JSON. That a worker has the message is not news to a reader until it acted on it.
    var word: StaticString {
        switch self {
        case .pending, .received: "pending"
        case .stopped: "stopped"
        case .refused: "refused"
        }
    }
}
