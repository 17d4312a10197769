import Bytes
import HTTP1
import ResultStore
import StatusCore

extension Bridge {
    /// Goes the request's way: method, then origin, then the route's own order of checks.
    func follow(
        _ route: Route,
        _ call: Call,
        into output: inout OutputBuffer
    ) throws(ErrorAnswer) -> BridgeDecision {
        switch (call.request.method, route) {
        case (.get, .status(let id)), (.head, .status(let id)), (.get, .job(let id)), (.head, .job(let id)):
            return try status(of: id, call, into: &output)
        case (.get, .result(let id)), (.head, .result(let id)):
            return try sendResult(of: id, call)
        case (.get, .events(let id)), (.head, .events(let id)):
            return try events(of: id, call)
        case (.get, .history(let id)), (.head, .history(let id)):
            return try history(of: id, call, into: &output)
        case (.get, .manyEvents), (.head, .manyEvents):
            return try events(call)
        case (.get, .jobs), (.head, .jobs):
            return try list(call, into: &output)
        case (.get, .health), (.head, .health), (.get, .livez), (.head, .livez), (.get, .readyz), (.head, .readyz):
            return try .answer(probe(route, call.now, into: &output))
        case (.get, .metrics), (.head, .metrics):
            return .answer(metrics(into: &output))
        case (.post, .batchGet):
            // It changes nothing, whoever sends it.
            let allowsGzip = call.request.fields.allowsGzip(in: call.request.bytes)
            return try collect(.batchGet(allowsGzip: allowsGzip), call, into: &output)
        case (.post, .jobs), (.put, .result), (.patch, .job), (.delete, .job), (.post, .cancel), (.post, .updates):
            try refuseOtherSites(call.request)
            if let reason = committer?.failure { throw .cannotCommit(reason) }
            return try write(route, call, into: &output)
        default:
            throw .methodNotAllowed(route.allow)
        }
    }

    private func write(
        _ route: Route,
        _ call: Call,
        into output: inout OutputBuffer
    ) throws(ErrorAnswer) -> BridgeDecision {
        switch route {
        case .jobs:
            return try collect(.submit(idempotencyKey: idempotencyKey(of: call.request)), call, into: &output)
        case .job(let id) where call.request.method == .delete:
            return try .answer(settle(delete(id, call, into: &output), call.scratch))
        case .job(let id):
            return try collect(.report(existing(id, call)), call, into: &output)
        case .cancel(let id):
            return try collect(.cancel(existing(id, call)), call, into: &output)
        case .result(let id):
            return try .receiveResult(upload(to: id, call))
        case .updates:
            try requireUpdates(call.request)
            return .openUpdates
        case .status, .events, .history, .manyEvents, .batchGet, .health, .livez, .readyz, .metrics:
            throw .methodNotAllowed(route.allow)
        }
    }

    /// The id of a job that is there, in the order of checks of the kept contract: 400, 404, 410.
    func existing(_ id: TaskID?, _ call: Call) throws(ErrorAnswer) -> TaskID {
        guard let id else { throw .invalidTaskID }
        try find(id, at: call.now)
        return id
    }

    /// Reads a job into the scratch's snapshot, in the same order of checks.
    func read(_ id: TaskID?, at now: Instant, into snapshot: JobSnapshot) throws(ErrorAnswer) -> TaskID {
        guard let id else { throw .invalidTaskID }
        try check(look(at: id, at: now, into: snapshot), id)
        return id
    }

    /// Throws unless the job is there for whoever asks.
    func find(_ id: TaskID, at now: Instant) throws(ErrorAnswer) {
        try checkThoroughly(table.find(id, at: now), id)
    }

    /// Throws unless the job was found, and is there for whoever asks.
    func checkThoroughly(_ lookup: Lookup, _ id: TaskID) throws(ErrorAnswer) {
        if case .found(let reference) = lookup, table.isUnwritten(reference) { throw .unknownJob(id) }
        try check(lookup, id)
    }

    /// Reads a job as whoever asks is to see it: one that might be gone after a crash is not there yet.
    func look(at id: TaskID, at now: Instant, into snapshot: JobSnapshot) -> Lookup {
        let lookup = table.read(id, at: now, into: snapshot)
        if case .found = lookup, snapshot.isUnwritten { return .unknown }
        return lookup
    }

    /// Throws unless the job was found.
    func check(_ lookup: Lookup, _ id: TaskID) throws(ErrorAnswer) {
        switch lookup {
        case .found: return
        case .unknown: throw .unknownJob(id)
        case .expired(let at): throw .expired(id, at: at)
        }
    }

    /// Frees a result that no job refers to any more.
    func discard(_ result: ResultID) {
        guard result != .none else { return }
        results.remove(result.rawValue)
        committer?.forget(result)
    }
}
