import StatusCore

/// What a request for server-sent events asks for, checked: the answer is a stream that an ``EventFeed`` writes.
final class FeedRequest: Sendable {
    /// Which jobs.
    enum Subject: Sendable {
        /// One job, until its end; the version that the client has seen, where it came back.
        case job(TaskID, seen: UInt64?)
        /// Many, by the ids as they were sent, for as long as the client stays; true when it came back.
        case jobs([String], isResumed: Bool)
        /// All of a type, new ones too; true when the client came back.
        case type(String, isResumed: Bool)
    }

    let subject: Subject
    let baseURL: [UInt8]
    var fields: ResponseFields { ResponseFields.events(origin) }
    private let origin: OriginGrant

    init(_ subject: Subject, _ baseURL: [UInt8], _ origin: OriginGrant) {
        self.subject = subject
        self.baseURL = baseURL
        self.origin = origin
    }

    /// The feed that writes the answer.
    func open(in place: FeedPlace) -> any EventFeed {
        switch subject {
        case .job(let id, let seen): JobFeed(id, seen: seen, baseURL: baseURL, in: place)
        case .jobs(let names, let isResumed): JobFeed(names, isResumed: isResumed, baseURL: baseURL, in: place)
        case .type(let type, let isResumed): TypeFeed(type: type, isResumed: isResumed, baseURL: baseURL, in: place)
        }
    }
}

/// What a feed needs of the server and its event loop.
struct FeedPlace {
    let bridge: Bridge
    /// Another number after each start of the server.
    let boot: UInt64
    let watches: LoopWatches
    let scratch: BridgeScratch
    let now: Instant
}

extension ResponseFields {
    /// The head of a stream of events.
    static func events(_ origin: OriginGrant) -> ResponseFields {
        var fields = ResponseFields(200, .events)
        // nginx would hold events back until its buffer is full.
        fields.add("X-Accel-Buffering", "x-accel-buffering", "no")
        fields.set(origin)
        return fields
    }
}
