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

    /// `GET /api/events?ids=…`: many jobs, for as long as the client stays.
    func events(_ call: Call) throws(ErrorAnswer) -> BridgeDecision {
        guard let ids = try JobNames(query: call.request.query) else { throw .malformed("ids must be given") }
        var known: Set<String> = []
        let names = ids.names.filter { known.insert($0).inserted }
        return open(.jobs(names, isResumed: call.request.value(of: "last-event-id") != nil), call)
    }

    private func open(_ subject: FeedRequest.Subject, _ call: Call) -> BridgeDecision {
        let request = FeedRequest(subject, call.baseURL, call.origin)
        return call.request.method == .head ? .answer(.events(.silence)) : .openEvents(request)
    }
}
