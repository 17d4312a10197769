import StatusCore

/// Every refusal that the bridge knows by name. The texts of the first five are contract data of the kept routes.
extension ErrorAnswer {
    /// The id in the path is not 1 to 64 characters of `[A-Za-z0-9_-]`.
    static let invalidTaskID = ErrorAnswer(400, "invalidTaskId", "Invalid taskId format")

    static func unknownJob(_ id: TaskID) -> ErrorAnswer {
        var answer = ErrorAnswer(404, "unknownJob", "Job not found")
        answer.taskID = id
        return answer
    }

    /// - Parameter expiredAt: milliseconds since 1970 UTC.
    static func expired(_ id: TaskID, at expiredAt: Int64) -> ErrorAnswer {
        var answer = ErrorAnswer(410, "expired", "Job has expired")
        answer.taskID = id
        answer.expiredAt = expiredAt
        return answer
    }

    static func notCompleted(_ id: TaskID, _ state: JobState, _ progress: BasisPoints) -> ErrorAnswer {
        var answer = ErrorAnswer(409, "notCompleted", "Job not completed")
        answer.taskID = id
        answer.state = state
        answer.progress = progress
        return answer
    }

    static func noResult(_ id: TaskID) -> ErrorAnswer {
        var answer = ErrorAnswer(404, "noResult", "No result available")
        answer.taskID = id
        return answer
    }

    static func alreadyFinished(_ id: TaskID, _ state: JobState) -> ErrorAnswer {
        var answer = ErrorAnswer(409, "alreadyFinished", "Job already finished")
        answer.taskID = id
        answer.state = state
        return answer
    }

    /// - Parameter current: the attempt that the job is at.
    static func attemptIsOver(_ id: TaskID, _ state: JobState, current: UInt32) -> ErrorAnswer {
        var answer = ErrorAnswer(409, "attemptIsOver", "Attempt is over", detail: "The job is at attempt \(current)")
        answer.taskID = id
        answer.state = state
        return answer
    }

    static func conflict(_ id: TaskID, _ state: JobState) -> ErrorAnswer {
        var answer = ErrorAnswer(
            409,
            "conflict",
            "Job exists with other fields",
            detail: "Submit it with the same fields as the first time, or under another taskId"
        )
        answer.taskID = id
        answer.state = state
        return answer
    }

    /// The table holds as many jobs as it may.
    static var full: ErrorAnswer {
        var answer = ErrorAnswer(503, "overQuota", "The server holds as many jobs as it can")
        answer.retryAfter = BridgeLimits.retryAfter
        return answer
    }

    /// The job has ended, and its end is being written to disk.
    static func settling(_ id: TaskID) -> ErrorAnswer {
        var answer = ErrorAnswer(503, "settling", "The job has just ended and its end is being stored")
        answer.taskID = id
        answer.retryAfter = 1
        return answer
    }

    /// The store cannot keep a result. `detail` is the system's own text.
    static func storeFailed(_ detail: String) -> ErrorAnswer {
        var answer = ErrorAnswer(503, "storeFailed", "The result could not be stored", detail: detail)
        answer.retryAfter = BridgeLimits.retryAfter
        return answer
    }

    /// The disk is full or fails, so that nothing can be promised. `detail` is what is wrong, for people.
    static func cannotCommit(_ detail: String) -> ErrorAnswer {
        var answer = ErrorAnswer(503, "cannotCommit", "The change could not be written to disk", detail: detail)
        answer.retryAfter = BridgeLimits.retryAfter
        return answer
    }

    /// All results together take what they may.
    static let storeFull = ErrorAnswer(507, "overQuota", "There is no room for more results")

    static var notReady: ErrorAnswer {
        var answer = ErrorAnswer(503, "notReady", "The server is not ready")
        answer.retryAfter = 1
        return answer
    }

    static let unknownRoute = ErrorAnswer(404, "unknownRoute", "There is nothing at this path")

    static func methodNotAllowed(_ allow: StaticString) -> ErrorAnswer {
        var answer = ErrorAnswer(405, "methodNotAllowed", "Method not allowed")
        answer.allow = allow
        return answer
    }

    /// Something in the request is not as it must be; `detail` names it.
    static func malformed(_ detail: String) -> ErrorAnswer {
        ErrorAnswer(400, "malformed", "Malformed request", detail: detail)
    }

    static func malformedResult(_ detail: String) -> ErrorAnswer {
        ErrorAnswer(400, "malformedResult", "The result is not what it was declared to be", detail: detail)
    }

    static var bodyTooLarge: ErrorAnswer {
        var answer = ErrorAnswer(413, "bodyTooLarge", "The body is too large")
        answer.closes = true
        return answer
    }

    static var resultTooLarge: ErrorAnswer {
        var answer = ErrorAnswer(413, "resultTooLarge", "The result is too large")
        answer.closes = true
        return answer
    }

    /// - Parameter wanted: what the route takes.
    static func unsupportedMediaType(_ wanted: StaticString) -> ErrorAnswer {
        ErrorAnswer(415, "unsupportedMediaType", "Unsupported media type", detail: "Send it as \(wanted)")
    }

    static let unsupportedCoding = ErrorAnswer(
        415,
        "unsupportedCoding",
        "Unsupported content coding",
        detail: "Results may be sent with Content-Encoding: gzip, everything else without one"
    )

    /// A page of another site sent it (the section "Browsers are clients too" of the contract).
    static let crossSite = ErrorAnswer(403, "crossSite", "Requests from other sites may not change anything")

    /// The name by which the client reached the server could be anyone's: DNS rebinding.
    static let foreignHost = ErrorAnswer(
        421,
        "foreignHost",
        "This server is not known by that host name",
        detail: "Use an IP address or a name without a dot, or start the server with --allow-host"
    )

    static let malformedHost = ErrorAnswer(
        400,
        "malformedHost",
        "The host is not a name or address with an optional port"
    )
}
