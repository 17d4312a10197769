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
    /// The progress, and nothing else, of several jobs, lowest number first. Each entry takes a sequence number.
    case run([RunEntry])
    case start(JobHandle)
    case retry(JobHandle, attempt: UInt32)
    case complete(JobHandle)
    case fail(JobHandle, Failure)
    case cancelAnswer(JobHandle, WorkerReply)
    case unbind(JobHandle)
    case flush
    case goodbye
}

/// One job's progress among that of others.
struct RunEntry: Equatable {
    let handle: JobHandle
    let basisPoints: UInt16
}

/// What hello says besides the producer's name.
struct Opening: Equatable {
    /// The epoch of the producer's last welcome; 0 for a fresh start.
    var epoch: UInt64
    /// The number that the next frame takes, greater than any before.
    var firstSequence: UInt64
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

/// How the server greets.
struct Welcome: Equatable {
    /// Handles stay below this.
    var maximumHandles: Int
    /// No longer than this passes without a frame.
    var heartbeatMilliseconds: UInt32
    /// For the next hello.
    var epoch: UInt64 = 1
    /// An acknowledgement follows that says how much of the streams before was applied.
    var isResumed = false
    /// Nothing is ever durable: what is applied is all that there is.
    var isEphemeral = true
}

/// A frame that came from the server on the stream of updates.
enum DownFrame: Equatable {
    case welcome(Welcome)
    /// Everything up to and including `applied` is applied, or refused; refusals come before. What `durable` covers
    /// also survives the server.
    case acknowledgement(applied: UInt64, durable: UInt64? = nil)
    case refusal(sequence: UInt64, RefusalReason, state: RemoteState?, detail: String)
    case cancel(handle: UInt32, Cancellation)
    case expired(handle: UInt32)
    case slowDown(milliseconds: UInt32)
    case goodbye(reason: String, retryAfterMilliseconds: UInt32)
    /// How a result stands that is on its way, on its own stream.
    case result(ResultState)
    /// The server ends the stream; another one may do better.
    case error(String)
    /// The server ends the stream, and wants no other one of this client.
    case dismissal(WorkerError)
}

/// How the server holds a result.
enum ResultState: Equatable, Sendable {
    /// It has so many of its bytes and takes more.
    case open(held: UInt64)
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
    /// The client is of no more use.
    case stop(WorkerError)
    /// For the log.
    case remark(String)
}
