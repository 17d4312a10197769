import HTTP1
import StatusCore

/// Server-sent events.
extension Bridge {
    /// `GET /api/jobs/{taskId}/events`: a job until its end.
    func events(of id: TaskID?, _ call: Call) throws(ErrorAnswer) -> BridgeDecision {
        let job = call.scratch.snapshot
        let id = try read(id, at: call.now, into: job)
        let seen = call.request.value(of: "last-event-id").flatMap { Digits.parse($0) }.map { UInt64($0) }
        // Only an answer without content stops a client that comes back by itself.
        if job.state.isTerminal, seen == job.version { return .answer(ResponseFields(204, nil)) }
        return open(.job(id, seen: seen), call)
    }

    /// `GET /api/events?ids=…` or `?type=…`: many jobs, for as long as the client stays.
    func events(_ call: Call) throws(ErrorAnswer) -> BridgeDecision {
        let isResumed = call.request.value(of: "last-event-id") != nil
        let ids = try JobNames(query: call.request.query)
        let type = try JobType(query: call.request.query)
        switch (ids, type) {
        case (let ids?, nil):
            var known: Set<String> = []
            return open(.jobs(ids.names.filter { known.insert($0).inserted }, isResumed: isResumed), call)
        case (nil, let type?): return open(.type(type.name, isResumed: isResumed), call)
        case (nil, nil): throw .malformed("ids or type must be given")
        case (_?, _?): throw .malformed("ids and type cannot be given together")
        }
    }

    private func open(_ subject: FeedRequest.Subject, _ call: Call) -> BridgeDecision {
        let request = FeedRequest(subject, call.baseURL, call.origin)
        return call.request.method == .head ? .answer(.events(.silence)) : .openEvents(request)
    }
}

/// The type of which a request wants all jobs: 1 to 64 bytes.
private struct JobType {
    let name: String

    /// `type=…`; nil when the query has none, or an empty one, as a form sends it.
    init?(query: UnsafeRawBufferPointer) throws(ErrorAnswer) {
        var items = QueryItems()
        var found: String?
        while let item = items.next(in: query) {
            guard PercentEncoding.string(query.part(item.name), plusIsSpace: true) == "type" else { continue }
            guard let value = PercentEncoding.string(query.part(item.value ?? 0..<0), plusIsSpace: true) else {
                throw .malformed("The query is not percent-encoded UTF-8")
            }
            if value.isEmpty { continue }
            guard found == nil else { throw .malformed("type can be given once") }
            guard value.utf8.count <= StatusCore.Limits.typeLength else {
                throw .malformed("type must be at most \(StatusCore.Limits.typeLength) bytes")
            }
            found = value
        }
        guard let found else { return nil }
        name = found
    }
}
