import JSON

/// What a status answer says of a job, for people.
struct JobView: Equatable, Sendable {
    enum State: String, Sendable {
        case queued, processing, completed, failed, cancelled
    }

    struct Step: Equatable, Sendable {
        var index: Int64?
        var total: Int64?
        var name: String
    }

    struct Units: Equatable, Sendable {
        var done: Int64
        var total: Int64
        var unit: String?
        var perSecond: Double?
    }

    var id: String
    var state: State
    /// Hundredths of a percent.
    var basisPoints: Int
    var message: String
    var version: Int64?
    var attempt: Int64?
    var type: String?
    var name: String?
    var step: Step?
    var units: Units?
    var note: String?
    var isStalled: Bool
    var createdAt: String
    var updatedAt: String
    var completedAt: String?
    var estimatedCompletion: String?
    var resultURL: String?
    /// When to ask again.
    var retryAfterMilliseconds: Int64?

    /// Reads a status body; nil when it is none. Keys that are not known are passed over.
    init?(_ json: JSONValue) {
        guard let id = json["taskId"]?.string, let state = json["status"]?.string.flatMap(State.init(rawValue:)),
            let progress = json["progress"]?.double
        else { return nil }
        self.id = id
        self.state = state
        basisPoints = Int((min(max(progress, 0), 100) * 100).rounded())
        message = json["message"]?.string ?? ""
        version = json["version"]?.integer
        attempt = json["attempt"]?.integer
        type = json["type"]?.string
        name = json["labels"]?["name"]?.string
        step = json["step"].flatMap { step in
            step["name"]?.string.map { Step(index: step["index"]?.integer, total: step["total"]?.integer, name: $0) }
        }
        units = json["units"].flatMap { units in
            guard let done = units["done"]?.integer, let total = units["total"]?.integer else { return nil }
            return Units(
                done: done,
                total: total,
                unit: units["unit"]?.string,
                perSecond: units["perSecond"]?.double
            )
        }
        note = json["note"]?.string
        isStalled = json["stalled"]?.bool ?? false
        createdAt = json["createdAt"]?.string ?? ""
        updatedAt = json["updatedAt"]?.string ?? ""
        completedAt = json["completedAt"]?.string
        estimatedCompletion = json["estimatedCompletion"]?.string
        resultURL = json["resultUrl"]?.string
        retryAfterMilliseconds = json["retryAfterMs"]?.integer
    }

    /// True when the job will not change any more.
    var isDone: Bool { state != .queued && state != .processing }

    /// What `watch` exits with once the job is done.
    var outcome: ExitStatus {
        switch state {
        case .completed: .done
        case .failed: .jobFailed
        case .cancelled: .jobCancelled
        case .queued, .processing: .otherState
        }
    }
}
