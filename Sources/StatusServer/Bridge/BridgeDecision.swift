/// What the transport has to do with a request whose head has been read.
///
/// The rare cases are indirect, so that the frequent one stays small.
///
/// Only ``collectBody(_:)`` and ``receiveResult(_:)`` want the request's body (and a `100 Continue` where the client
/// waits for one); with every other decision a body is read and dropped, or the connection closed.
enum BridgeDecision {
    /// The answer is whole: its body stands in the output buffer.
    case answer(ResponseFields)
    /// Collect the body, at most ``PendingRequest/bodyLimit`` bytes of it, then call
    /// ``Bridge/answer(_:body:at:scratch:into:)``.
    indirect case collectBody(PendingRequest)
    /// Stream the body into the result store, then call ``Bridge/finish(_:_:at:scratch:into:)``.
    indirect case receiveResult(ResultUpload)
    /// Send a stored result. Nothing stands in the output buffer.
    indirect case sendResult(ResultDownload)
    /// Send what there is of a result that is on its way, in pieces that a ``LiveSource`` gives. Nothing stands in the
    /// output buffer.
    indirect case sendLive(LiveDownload)
    /// Watch the job, and ask ``Bridge/resume(_:isOver:at:scratch:into:)`` on each change, and at the latest when the
    /// time of the wait is up. Nothing stands in the output buffer.
    case wait(JobWait)
    /// Send an endless body that an ``EventFeed`` of this request writes. Nothing stands in the output buffer.
    case openEvents(FeedRequest)
    /// The request opens a worker's stream: its body is a sequence of frames.
    case openUpdates
}
