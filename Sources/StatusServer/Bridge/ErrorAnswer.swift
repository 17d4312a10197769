import Bytes
import HTTP1
import JSON
import StatusCore

/// An answer that says no: what stands in its body, apart from the form in which the client wants it.
struct ErrorAnswer: Error {
    /// The status code, 400 to 599.
    var status: Int
    /// A word that never changes, for programs.
    var code: StaticString
    /// The key `error`: the sentence that the kept contract fixes, or one for people.
    var text: StaticString
    /// What exactly, where and what to do, for people.
    var detail: String?
    /// The job that it is about. These four are kept keys, which appear as they stand in the contract.
    var taskID: TaskID?
    var expiredAt: Int64?
    var state: JobState?
    var progress: BasisPoints?
    /// The methods that the route knows, with a 405.
    var allow: StaticString?
    /// Seconds, for `Retry-After`.
    var retryAfter: Int?
    /// The bytes that there are, for `Content-Range` with a 416.
    var resultLength: Int?
    /// True when the connection cannot go on after it.
    var closes = false

    init(_ status: Int, _ code: StaticString, _ text: StaticString, detail: String? = nil) {
        self.status = status
        self.code = code
        self.text = text
        self.detail = detail
    }
}

extension ErrorAnswer {
    /// Writes the body and returns the fields that go with it.
    ///
    /// The plain form is `application/json`, because some clients parse nothing else, and `status` in it only ever is
    /// the job's state. A client that names `application/problem+json` gets the members of RFC 9457 first, and the
    /// same keys after them, but for `status`, which is taken: the job's state is `jobStatus` there.
    func write(asProblem: Bool, into output: inout OutputBuffer) -> ResponseFields {
        output.append(UInt8(ascii: "{"))
        if asProblem { appendProblemMembers(to: &output) }
        output.appendJSONKey("error")
        output.appendJSONString(text.bytes)
        appendKeptKeys(asProblem: asProblem, to: &output)
        output.appendJSONKey("code")
        output.appendJSONString(code.bytes)
        if let detail, !asProblem {
            output.appendJSONKey("detail")
            output.appendJSONString(detail)
        }
        output.append(UInt8(ascii: "}"))

        var fields = ResponseFields(status, asProblem ? .problem : .json)
        fields.allow = allow
        fields.retryAfter = retryAfter
        fields.closes = closes
        if let resultLength { fields.add("Content-Range", "content-range", "bytes */\(resultLength)") }
        return fields
    }

    /// `type` is `about:blank`: then the title is the status's own phrase (RFC 9457 §4.2.1), and `code` tells apart.
    private func appendProblemMembers(to output: inout OutputBuffer) {
        output.append(#""type":"about:blank","title":"#)
        output.appendJSONString(StatusLine.reason(status).bytes)
        output.append(#","status":"#)
        output.append(decimal: status)
        output.append(#","detail":"#)
        if let detail { output.appendJSONString(detail) } else { output.appendJSONString(text.bytes) }
    }

    private func appendKeptKeys(asProblem: Bool, to output: inout OutputBuffer) {
        if let taskID {
            output.appendJSONKey("taskId")
            taskID.withBytes { output.appendJSONString($0) }
        }
        if let expiredAt {
            output.appendJSONKey("expiredAt")
            output.appendJSONTime(expiredAt)
        }
        if let state {
            output.appendJSONKey(asProblem ? "jobStatus" : "status")
            output.appendJSONString(state.word.bytes)
        }
        if let progress {
            output.appendJSONKey("progress")
            output.appendJSON(hundredths: Int(progress.value))
        }
    }
}

extension JobState {
    /// The word for it in JSON and in filters.
    var word: StaticString {
        switch self {
        case .queued: "queued"
        case .processing: "processing"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }

    /// The state that `word` names; nil for any other word. Case matters.
    init?(word: String) {
        guard let state = JobState.allCases.first(where: { $0.word.description == word }) else { return nil }
        self = state
    }
}
