import HTTP1
import StatusCore

/// What a path leads to. Its parts are compared as bytes; no string is built.
enum Route: Equatable {
    case jobs
    case batchGet
    /// `nil`: the path names a job by an id that no job can have.
    case job(TaskID?)
    case status(TaskID?)
    case result(TaskID?)
    case cancel(TaskID?)
    case events(TaskID?)
    case history(TaskID?)
    case manyEvents
    case health
    case livez
    case readyz
    case metrics
    case updates

    /// The route of a path as it was sent; nil when there is none.
    ///
    /// The path is split at its slashes first, and each part is decoded once after that. One slash at the end is taken
    /// for none.
    init?(_ path: UnsafeRawBufferPointer) {
        if let id = Route.plainStatus(path) {
            self = .status(id)
            return
        }
        var parts = PathSegments(path)
        guard let first = parts.next() else { return nil }
        let route: Route?
        if Route.matches(first, "api") {
            route = Route.job(&parts)
        } else if Route.matches(first, "v1") {
            route = parts.next().flatMap { Route.matches($0, "updates") ? .updates : nil }
        } else {
            route = Route.probe(first)
        }
        guard let route, parts.next() == nil else { return nil }
        self = route
    }

    /// The id in `/api/jobs/{taskId}/status`, by far the most frequent path, where nothing of it is encoded. No
    /// character of an id is a slash or a percent sign, so that what comes out is what the parts would.
    private static func plainStatus(_ path: UnsafeRawBufferPointer) -> TaskID? {
        let (start, end) = (("/api/jobs/" as StaticString).bytes, ("/status" as StaticString).bytes)
        guard path.count > start.count + end.count, ASCII.equal(path.part(0..<start.count), start),
            ASCII.equal(path.part(path.count - end.count..<path.count), end)
        else { return nil }
        return TaskID(path.part(start.count..<path.count - end.count))
    }

    private static func job(_ parts: inout PathSegments) -> Route? {
        guard let collection = parts.next() else { return nil }
        guard matches(collection, "jobs") else {
            if matches(collection, "events") { return .manyEvents }
            return matches(collection, "jobs:batchGet") ? .batchGet : nil
        }
        guard let name = parts.next() else { return .jobs }
        let id = taskID(name)
        guard let action = parts.next() else { return .job(id) }
        if matches(action, "status") { return .status(id) }
        if matches(action, "result") { return .result(id) }
        if matches(action, "cancel") { return .cancel(id) }
        if matches(action, "events") { return .events(id) }
        if matches(action, "history") { return .history(id) }
        return nil
    }

    private static func probe(_ part: UnsafeRawBufferPointer) -> Route? {
        if matches(part, "health") { return .health }
        if matches(part, "livez") { return .livez }
        if matches(part, "readyz") { return .readyz }
        if matches(part, "metrics") { return .metrics }
        return nil
    }

    /// True when `part`, decoded, is `literal`.
    private static func matches(_ part: UnsafeRawBufferPointer, _ literal: StaticString) -> Bool {
        // What is not longer has nothing to decode.
        if part.count <= literal.utf8CodeUnitCount { return ASCII.equal(part, literal) }
        return PercentEncoding.matches(part, literal)
    }

    /// The id that `part` spells, decoded; nil when it is none.
    private static func taskID(_ part: UnsafeRawBufferPointer) -> TaskID? {
        if let id = TaskID(part) { return id }
        // The rest may still be an id behind percent signs; nothing longer than this can be.
        guard part.count <= 3 * TaskID.maximumLength, let decoded = PercentEncoding.string(part) else { return nil }
        return TaskID(decoded)
    }
}

extension Route {
    /// What tells how the server is, rather than about jobs.
    var isProbe: Bool {
        switch self {
        case .health, .livez, .readyz, .metrics: true
        default: false
        }
    }

    /// The methods that the route knows, as `Allow` lists them.
    var allow: StaticString {
        switch self {
        case .jobs: "GET, HEAD, POST"
        case .job: "GET, HEAD, PATCH, DELETE"
        case .status, .events, .history, .manyEvents, .health, .livez, .readyz, .metrics:
            "GET, HEAD"
        case .result: "GET, HEAD, PUT"
        case .cancel, .batchGet, .updates: "POST"
        }
    }
}
