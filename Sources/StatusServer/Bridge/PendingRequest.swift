import StatusCore

/// A request whose body is being collected. It owns what the answer needs, so that the bytes of the request's head may
/// go before the body is there.
struct PendingRequest: Sendable {
    /// What the body is for.
    enum Action: Sendable {
        case submit(idempotencyKey: [UInt8]?)
        case report(TaskID)
        case cancel(TaskID)
        case batchGet(allowsGzip: Bool)
    }

    let action: Action
    let context: AnswerContext
    /// True when the client said that the body is JSON; without a word about its type only an empty body is taken.
    let isDeclaredJSON: Bool

    /// The most bytes of body that the transport has to collect; of more, ``Bridge/bodyTooLarge(_:into:)`` is the
    /// answer.
    var bodyLimit: Int { BridgeLimits.jsonBody }
}

/// What of a request's head shapes an answer that is written after the head is gone.
struct AnswerContext: Sendable, Equatable {
    /// The beginning of absolute URLs, without a trailing slash; empty when there is nothing to make them from.
    var baseURL: [UInt8]
    /// True when the client's `Accept` names `application/problem+json`.
    var wantsProblem: Bool
    /// What the answer says about the pages of other origins.
    var origin: OriginGrant

    init(baseURL: [UInt8] = [], wantsProblem: Bool = false, origin: OriginGrant = .silence) {
        self.baseURL = baseURL
        self.origin = origin
        self.wantsProblem = wantsProblem
    }
}
