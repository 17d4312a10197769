import Bytes
import JSON
import StatusCore

/// What `PATCH /api/jobs/{taskId}` says about a job.
struct ReportBody {
    var status: JobState?
    var attempt: UInt32?
    var progress: BasisPoints?
    var units: (amount: Units, unit: String?)?
    var step: (index: UInt32, total: UInt32, name: String)?
    var note: String?
    var failure: (code: String?, text: String, isRetryable: Bool)?

    private static let keys = ["status", "progress", "units", "step", "note", "failure", "attempt"]

    init(parsing bytes: UnsafeRawBufferPointer) throws(ErrorAnswer) {
        let body = try JSONBody(parsing: bytes)
        try body.allow(ReportBody.keys)
        status = try ReportBody.status(body)
        attempt = try body.integer("attempt", 1...Int64(UInt32.max)).map { UInt32($0) }
        progress = try ReportBody.progress(body)
        units = try ReportBody.units(body)
        step = try ReportBody.step(body)
        note = try body.text("note", 0...StatusCore.Limits.noteLength)
        failure = try ReportBody.failure(body)
        if failure != nil, status != .failed { throw body.invalid("failure", "sent with status failed") }
        if status == .queued, progress != nil || units != nil || step != nil {
            throw body.invalid("status", "sent without progress, units and step when it is queued: a retry clears them")
        }
    }

    /// True when there is something beside a change of state; false for a heartbeat.
    var isUpdate: Bool { progress != nil || units != nil || step != nil || note != nil }

    private static func status(_ body: JSONBody) throws(ErrorAnswer) -> JobState? {
        guard let member = body.member("status") else { return nil }
        guard let state = member.value.string.flatMap(JobState.init(word:)) else {
            throw body.invalid("status", "queued, processing, completed, failed or cancelled")
        }
        return state
    }

    /// Rounded to two decimals, which is what the server keeps.
    private static func progress(_ body: JSONBody) throws(ErrorAnswer) -> BasisPoints? {
        guard let member = body.member("progress") else { return nil }
        guard let percent = member.value.double, (0...100).contains(percent) else {
            throw body.invalid("progress", "a number from 0 to 100")
        }
        return BasisPoints(Int((percent * 100).rounded()))
    }

    private static func units(_ body: JSONBody) throws(ErrorAnswer) -> (amount: Units, unit: String?)? {
        guard let object = try body.object("units") else { return nil }
        try object.allow(["done", "total", "unit"])
        guard let done = try object.integer("done", 0...Int64.max) else {
            throw object.invalid("done", "given")
        }
        let total = try object.integer("total", 1...Int64.max) ?? 0
        let unit = try object.text("unit", 1...StatusCore.Limits.unitLength)
        return (Units(done: UInt64(done), total: UInt64(total)), unit)
    }

    /// Text is a step without a number.
    private static func step(_ body: JSONBody) throws(ErrorAnswer) -> (index: UInt32, total: UInt32, name: String)? {
        guard let member = body.member("step") else { return nil }
        let length = 1...StatusCore.Limits.stepNameLength
        if member.value.object == nil {
            guard let name = member.value.string, length.contains(name.utf8.count) else {
                throw body.invalid("step", "text of 1 to \(length.upperBound) bytes, or an object")
            }
            return (0, 0, name)
        }
        guard let object = try body.object("step") else { return nil }
        try object.allow(["index", "total", "name"])
        let counts = 1...Int64(UInt32.max)
        let index = try object.integer("index", counts) ?? 0
        let total = try object.integer("total", counts) ?? 0
        let name = try object.text("name", length)
        guard index > 0 || name != nil else { throw object.invalid("name", "given, or index") }
        return (UInt32(index), UInt32(total), name ?? "")
    }

    private static func failure(
        _ body: JSONBody
    ) throws(ErrorAnswer) -> (code: String?, text: String, isRetryable: Bool)? {
        guard let object = try body.object("failure") else { return nil }
        try object.allow(["code", "text", "retryable"])
        let code = try object.text("code", 1...StatusCore.Limits.failureCodeLength)
        let text = try object.text("text", 0...StatusCore.Limits.failureTextLength)
        return (code, text ?? "", try object.bool("retryable") ?? false)
    }
}
