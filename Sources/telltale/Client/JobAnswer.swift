import Bytes
import JSON

/// A server's answer about a job.
struct JobAnswer: Sendable {
    let server: ServerURL
    /// The HTTP status.
    let status: Int
    let body: [UInt8]

    /// The body on one line, for `--json`: a result in it keeps the line ends that it was stored with.
    var text: String {
        var validator = JSONValidator()
        if validator.feed(body) == nil, validator.finish() == nil {
            var compact = OutputBuffer(capacity: body.count)
            body.withUnsafeBytes { JSONCompactor.append($0, to: &compact) }
            return compact.withBytes { String(decoding: $0, as: UTF8.self) }
        }
        return String(decoding: body, as: UTF8.self).split(omittingEmptySubsequences: true) { $0.isNewline }.joined(
            separator: " "
        )
    }

    /// The body of a 2xx answer.
    /// - Throws: ``CommandFailure`` that says in words what any other answer means for `id`.
    func value(about id: String? = nil) throws(CommandFailure) -> JSONValue {
        guard (200..<300).contains(status) else { throw failure(about: id) }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw CommandFailure("\(server.text) sent an answer that is not understood: \(error)")
        }
    }

    /// What an answer that is not 2xx means, in one line and an exit code.
    func failure(about id: String?) -> CommandFailure {
        let json = try? JSONValue(parsing: body)
        guard let error = json?["error"]?.string else {
            return CommandFailure("\(server.text) answered \(status): is it a Telltale server?")
        }
        let subject = id.map { "job \($0): " } ?? ""
        switch (status, error) {
        case (404, "Job not found"):
            return CommandFailure("\(subject)\(server.text) knows no such job", status: .notFound)
        case (404, "No result available"):
            return CommandFailure("\(subject)it completed, and there is no result", status: .noResult)
        case (410, _):
            let time = json?["expiredAt"]?.string.map { " at \($0)" } ?? ""
            return CommandFailure("\(subject)it expired\(time)", status: .expired)
        case (409, _):
            let state = json?["status"]?.string.map { " (it is \($0))" } ?? ""
            return CommandFailure("\(subject)\(error)\(state)", status: .otherState)
        default:
            let detail = json?["detail"]?.string.map { ": \($0)" } ?? ""
            return CommandFailure("\(subject)\(error)\(detail)", status: status == 400 ? .usage : .failure)
        }
    }
}
