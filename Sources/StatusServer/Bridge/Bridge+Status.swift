import Bytes
import JSON
import ResultStore
import StatusCore

extension Bridge {
    /// `GET /api/jobs/{taskId}/status` and its alias: where the job stands, with its result when that is JSON, small
    /// enough, and wanted.
    func status(of id: TaskID?, _ call: Call, into output: inout OutputBuffer) throws(ErrorAnswer) -> BridgeDecision {
        let job = call.scratch.snapshot
        _ = try read(id, at: call.now, into: job)
        let options = try ReadOptions(call.request, maximumWait: configuration.maximumWait)
        if let wait = wait(.status, for: job, options, call) { return .wait(wait) }
        let view = JobView(options: options, now: call.now, baseURL: call.baseURL)
        return statusAnswer(for: job, view, into: &output)
    }

    /// Where the job that was just read stands.
    func statusAnswer(for job: JobSnapshot, _ view: JobView, into output: inout OutputBuffer) -> BridgeDecision {
        var fields = view.fields(.keptAnswer)
        if let condition = view.options.condition {
            if condition.contains(job.version) {
                var unchanged = view.fields(ResponseFields(304, nil))
                unchanged.setVersionTag(job.version)
                return .answer(unchanged)
            }
            fields.setVersionTag(job.version)
        }
        let now = view.now.wall
        let body = StatusBody(job: job, now: now, baseURL: view.baseURL, showsMetadata: true, load: load)
        let inlined = view.options.leavesResultOut ? nil : inlineResult(of: job)
        let start = output.count
        body.appendBeginning(to: &output)
        guard let inlined else {
            body.appendEnd(to: &output)
            return .answer(fields)
        }
        output.append(#","result":"#)
        if appendOnLoop(inlined, to: &output) {
            body.appendEnd(to: &output)
            return .answer(fields)
        }
        let middle = output.count
        body.appendEnd(to: &output)
        let suffix = output.take(from: middle)
        return .sendResult(
            ResultDownload(
                fields: fields,
                result: inlined,
                // Status bodies are never compressed.
                body: ResultBody(whole: inlined, coding: .identity, prefix: output.take(from: start), suffix: suffix)
            )
        )
    }

    /// The status body as the answer to a write: without result and metadata, which only reading a single job shows.
    func statusAfterWrite(
        of id: TaskID,
        at now: Instant,
        _ context: AnswerContext,
        _ job: JobSnapshot,
        status: Int,
        into output: inout OutputBuffer
    ) throws(ErrorAnswer) -> ResponseFields {
        _ = try read(id, at: now, into: job)
        appendPlainStatus(of: job, at: now, context.baseURL, to: &output)
        return ResponseFields(status)
    }

    /// The status body without result and metadata.
    func appendPlainStatus(
        of job: JobSnapshot,
        at now: Instant,
        _ baseURL: [UInt8],
        to output: inout OutputBuffer
    ) {
        let body = StatusBody(job: job, now: now.wall, baseURL: baseURL, showsMetadata: false, load: load)
        body.appendBeginning(to: &output)
        body.appendEnd(to: &output)
    }

    /// The result that a status answer carries; nil for none.
    private func inlineResult(of job: JobSnapshot) -> StoredResult? {
        guard job.resultID != .none, let result = results.result(job.resultID.rawValue), result.isJSON,
            result.length <= configuration.inlineResultLimit
        else { return nil }
        return result
    }

    /// Appends the content of a result that is short and needs no file; false, with nothing appended, for any other.
    private func appendOnLoop(_ result: StoredResult, to output: inout OutputBuffer) -> Bool {
        guard result.isInMemory, result.length <= BridgeLimits.resultOnLoop,
            let content = try? result.copyContent(limit: BridgeLimits.resultOnLoop)
        else { return false }
        output.append(contentsOf: content)
        return true
    }
}

extension OutputBuffer {
    /// Cuts the content off from `start` on and returns what stood there.
    mutating func take(from start: Int) -> [UInt8] {
        let taken = withBytes { Array($0[start...]) }
        truncate(to: start)
        return taken
    }
}

extension UnsafeRawBufferPointer {
    /// The bytes of `range`, as a buffer of its own.
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range])
    }
}
