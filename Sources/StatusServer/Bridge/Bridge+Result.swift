import Bytes
import HTTP1
import JSON
import ResultStore
import StatusCore

extension Bridge {
    /// `GET /api/jobs/{taskId}/result`: a JSON result inside the envelope of the kept contract, unless `raw=1` asks for
    /// the stored bytes alone; any other as it is.
    func sendResult(of id: TaskID?, _ call: Call) throws(ErrorAnswer) -> BridgeDecision {
        let job = call.scratch.snapshot
        let id = try read(id, at: call.now, into: job)
        var options = try ReadOptions(call.request, maximumWait: configuration.maximumWait)
        options.conditions = ResultConditions(call.request)
        options.allowsGzip = call.request.fields.allowsGzip(in: call.request.bytes)
        if options.isPartial { return try partialAnswer(for: job, id, options) }
        if let wait = wait(.result, for: job, options, call) { return .wait(wait) }
        return try resultAnswer(for: job, id, JobView(options: options, now: call.now, baseURL: call.baseURL))
    }

    /// The result of the job that was just read.
    func resultAnswer(for job: JobSnapshot, _ id: TaskID, _ view: JobView) throws(ErrorAnswer) -> BridgeDecision {
        guard job.state == .completed else { throw .notCompleted(id, job.state, job.progress) }
        // Between the two looks the result may have gone, which is no different from having gone before.
        guard job.resultID != .none, let result = results.result(job.resultID.rawValue) else { throw .noResult(id) }

        guard result.isJSON, !view.options.isRaw else { return try storedAnswer(result, of: id, view) }
        var fields = view.fields(ResponseFields(200))
        fields.isJobAnswer = true
        fields.isNotStored = false
        fields.varyAcceptEncoding = true
        fields.isGzip = view.options.allowsGzip
        let (prefix, suffix) = envelope(of: job)
        let coding: ResultCoding = fields.isGzip ? .gzip : .identity
        let body = ResultBody(whole: result, coding: coding, prefix: prefix, suffix: suffix)
        return .sendResult(ResultDownload(fields: fields, result: result, body: body))
    }

    /// What stands before and after a JSON result.
    private func envelope(of job: JobSnapshot) -> (prefix: [UInt8], suffix: [UInt8]) {
        var output = OutputBuffer(capacity: 192)
        output.append(#"{"taskId":"#)
        job.id.withBytes { output.appendJSONString($0) }
        output.append(#","status":"completed","result":"#)
        let prefix = output.take(from: 0)
        let completedAt = job.completedAt ?? job.updatedAt
        output.append(#","completedAt":"#)
        output.appendJSONTime(completedAt)
        output.append(#","processingTime":"#)
        output.append(decimal: max(0, completedAt - job.createdAt))
        output.append(UInt8(ascii: "}"))
        return (prefix, output.take(from: 0))
    }
}

/// How a browser is to treat a stored result.
enum Disposition {
    /// The value of `Content-Disposition`: what is not known to be harmless to show is to be saved. nil where there is
    /// nothing to say.
    static func value(mediaType: String, name: String?) -> String? {
        let isSafe = isSafe(mediaType)
        if isSafe, name == nil { return nil }
        var output = OutputBuffer(capacity: 64)
        output.appendContentDisposition(isAttachment: !isSafe, fileName: name)
        return output.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// True for types that hold neither script nor markup in any browser: text that is not sniffed, and pixels.
    private static func isSafe(_ mediaType: String) -> Bool {
        var mediaType = mediaType
        return mediaType.withUTF8 { bytes in
            safe.contains { MediaType.matches(UnsafeRawBufferPointer(bytes), $0) }
        }
    }

    private static let safe: [StaticString] = [
        "text/plain", "text/csv", "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif",
    ]
}
