/// A job of this client: the number that stands for it on the wire, and which of the jobs that had that number it is.
///
/// The number is used again once the server has acknowledged that it is free; the generation tells a late caller.
struct JobHandle: Hashable, Sendable {
    let rawValue: UInt32
    let generation: UInt32
}

/// What one awaited call waits for; never used twice in a session.
struct Ticket: Hashable, Sendable {
    let rawValue: UInt64
}

/// A frame that the session wants sent. Each takes the stream's next sequence number, in this order.
enum UpFrame: Equatable {
    case bind(JobHandle, id: String, options: JobOptions)
    /// The fields of `report` that `fields` names; none: a heartbeat.
    case update(JobHandle, fields: Report.Fields, report: Report)
    case start(JobHandle)
    case retry(JobHandle, attempt: UInt32)
    case complete(JobHandle)
    case fail(JobHandle, Failure)
    case cancelAnswer(JobHandle, WorkerReply)
    case unbind(JobHandle)
    case flush
    case goodbye
}

/// Why a job failed, in the worker's words.
struct Failure: Equatable, Sendable {
    var text: String
    var code: String
    var isRetryable: Bool
}

/// What the server is told after a cancel.
enum WorkerReply: Equatable, Sendable {
    case received, stopped, refused
}

/// A frame that came from the server on the stream of updates.
enum DownFrame: Equatable {
    /// Handles stay below `maximumHandles`; no longer than `heartbeatMilliseconds` passes without a frame.
    case welcome(maximumHandles: Int, heartbeatMilliseconds: UInt32)
    /// Everything up to and including `applied` is applied, or refused; refusals come before.
    case acknowledgement(applied: UInt64)
    case refusal(sequence: UInt64, RefusalReason, state: RemoteState?, detail: String)
    case cancel(handle: UInt32, Cancellation)
    case expired(handle: UInt32)
    case slowDown(milliseconds: UInt32)
    case goodbye(reason: String, retryAfterMilliseconds: UInt32)
    /// How a result stands that is on its way, on its own stream.
    case result(ResultState)
    /// The server ends the stream.
    case error(String)
}

/// How the server holds a result.
enum ResultState: Equatable, Sendable {
    /// It takes more.
    case open
    /// It has all of it, and it is the job's result.
    case whole
    /// It holds nothing of it.
    case gone
}

/// What the shell has to do after an input.
enum Effect: Equatable {
    /// The call that waits for this ticket returns, or throws.
    case settle(Ticket, WorkerError?)
    case cancelled(JobHandle, Cancellation)
    /// The job takes nothing more; its handle may be used again from now on.
    case ended(JobHandle, JobEnd)
    /// Send no mere reports for this long.
    case slowDown(milliseconds: UInt32)
    /// The server is about to leave: finish this stream, and do not come back earlier than that.
    case leave(reason: String, retryAfterMilliseconds: UInt32)
    /// The stream is of no more use.
    case disconnect(reason: String)
    /// For the log.
    case remark(String)
}
