import AsyncHTTPClient
import Bytes
import JSON
import NIOCore
import NIOHTTP1

/// The questions that the commands ask.
extension JobClient {
    /// The status of `id`, without its result: as it was sent, and as it is understood.
    func status(of id: String) async throws(CommandFailure) -> (answer: JobAnswer, view: JobView) {
        let answer = try await send(.GET, "/api/jobs/\(id)/status?result=0")
        guard let view = JobView(try answer.value(about: id)) else { throw strange("a status") }
        return (answer, view)
    }

    /// The stored bytes of the result of `id`: the head of an answer whose body they are.
    ///
    /// - Parameter offset: the bytes before it are there already. An answer with status 200 has them all the same.
    func result(of id: String, from offset: Int = 0) async throws(CommandFailure) -> HTTPClientResponse {
        let range: HTTPHeaders = offset > 0 ? ["Range": "bytes=\(offset)-"] : [:]
        let response = try await open(.GET, "/api/jobs/\(id)/result?raw=1", headers: range)
        // What is there is longer than the result, and so not a part of it.
        if response.status == .rangeNotSatisfiable, offset > 0 { return try await result(of: id) }
        let isPart = response.status == .partialContent && ContentRange(response.headers)?.first == offset
        guard response.status == .ok || isPart else {
            let body = (try? await response.body.collect(upTo: ReaderLimits.answerBytes)).map {
                Array($0.readableBytesView)
            }
            throw JobAnswer(server: server, status: Int(response.status.code), body: body ?? []).failure(about: id)
        }
        // Stored bytes, and only they, are sent to be treated as nobody's page.
        guard response.headers.contains(name: "Content-Security-Policy") else {
            throw strange("the result as it is stored")
        }
        return response
    }

    /// Cancels `id`. Returns what the server says, and the job's status when it had ended already.
    func cancel(_ id: String, reason: String?) async throws(CommandFailure) -> (answer: JobAnswer, value: JSONValue) {
        var body = OutputBuffer(capacity: 64)
        body.append("{")
        if let reason {
            body.appendJSONKey("reason")
            body.appendJSONString(reason)
        }
        body.append("}")
        let answer = try await send(.POST, "/api/jobs/\(id)/cancel", body: body.copy())
        return (answer, try answer.value(about: id))
    }

    /// One page of a list.
    func page(of filter: ListFilter, limit: Int, after cursor: String?) async throws(CommandFailure) -> ListPage {
        let answer = try await send(.GET, "/api/jobs?" + filter.query(limit: limit, after: cursor))
        let value = try answer.value()
        guard case .array(let jobs)? = value["jobs"] else { throw strange("a list") }
        let views = jobs.compactMap(JobView.init)
        guard views.count == jobs.count else { throw strange("a list") }
        return ListPage(answer: answer, jobs: views, next: value["nextCursor"]?.string)
    }

    private func strange(_ what: String) -> CommandFailure {
        CommandFailure("\(server.text) sent something else than \(what): is it a Telltale server of this version?")
    }
}
