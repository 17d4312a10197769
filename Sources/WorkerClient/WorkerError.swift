/// Why a call of this library did not do what was asked, and what to do about it.
///
/// Nothing that was asked for is dropped by an error which does not say so: see <doc:Guarantees>.
public enum WorkerError: Error, Sendable, Equatable {
    /// The server's URL cannot be used; says what is wrong with it. Correct the configuration.
    case invalidServer(String)
    /// An argument is outside what the protocol can carry; says which and why. Nothing was sent. A defect of
    /// the caller, or input to be checked before.
    case invalidArgument(String)
    /// This client has a job of that task id open already. Use that one, or end it first: a job that was completed is
    /// open until the server has acknowledged it.
    case alreadyOpen(id: String)
    /// This client has as many jobs open as its configuration allows. Use ``WorkerClient/openJob(_:_:)`` to wait
    /// for a place, or raise ``WorkerClient/Configuration/maximumJobs``.
    case tooManyJobs(limit: Int)
    /// The server has been away for longer than the configured patience; says what the last attempt to reach it met.
    /// A state change that was asked for stays pending and is still delivered if the server comes back in time: ask
    /// again to wait on, or go on with other work.
    case serverAway(String?)
    /// The server refused; with the job's true state where it told it. What to do depends on the ``RefusalReason``;
    /// asking again gives the same answer.
    case refused(RefusalReason, state: RemoteState?, detail: String)
    /// The job has ended and takes no more changes. Stop working on it, and take the next one.
    case ended(JobEnd)
    /// A result was not delivered whole and cannot be sent again from here; says why. Make the result again and send it
    /// anew, or fail the job as retryable.
    case resultInterrupted(String)
    /// Another worker with this client's producer name has connected since. The client has ended and does not come
    /// back, or the two would displace each other for ever. Give each worker a name of its own, or leave the name out.
    case displaced
    /// The server does not speak with this client, whose every attempt would meet the same: says why. The client has
    /// ended. Look at the versions of both.
    case rejected(String)
    /// ``WorkerClient/close(within:)`` was called. Nothing can be done with this client any more.
    case closed
}

extension WorkerError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .invalidServer(let reason): "cannot use this server URL: \(reason)"
        case .invalidArgument(let reason): "invalid argument: \(reason)"
        case .alreadyOpen(let id): "this client has a job \(id) open already"
        case .tooManyJobs(let limit): "more than \(limit) jobs open in one client"
        case .serverAway(let reason): "the server cannot be reached" + (reason.map { ": \($0)" } ?? "")
        case .refused(let reason, let state, let detail):
            "the server refused: \(reason.words)" + (state.map { " (the job is \($0.rawValue))" } ?? "")
                + (detail.isEmpty ? "" : ": \(detail)")
        case .ended(let end): "the job has ended (\(end)) and takes no more changes"
        case .resultInterrupted(let reason): "the result was not delivered: \(reason)"
        case .displaced: "another worker has connected under this one's producer name"
        case .rejected(let reason): "the server rejects this client: \(reason)"
        case .closed: "the client is closed"
        }
    }
}

/// Why the server refused one frame.
public enum RefusalReason: String, Sendable {
    /// There is no job of that task id, and it was not to be created. Give up, or open it with
    /// ``JobOptions/createsIfAbsent``.
    case unknownJob
    /// The job is completed, failed or cancelled. Drop it.
    case alreadyFinished
    /// The job's time is over. Drop it.
    case expired
    /// A newer attempt has begun. Stop working on this one.
    case attemptIsOver
    /// Another worker, or another stream of this one, has the job. Stop working on it.
    case boundElsewhere
    /// This worker may not do that. Give up, and look at its token.
    case notAllowed
    /// The server cannot make sense of what was sent. A defect of this library or of the server: report it.
    case malformed
    /// The bytes of a result are not what they were declared as: JSON, gzip, or their length. Send others, or declare
    /// them otherwise.
    case malformedResult
    /// A limit of the server: jobs, transfers or bytes. Try later, or elsewhere.
    case overQuota
    /// A reason that a later version of the protocol has added.
    case other

    /// The reason in words.
    var words: String {
        switch self {
        case .unknownJob: "unknown job"
        case .alreadyFinished: "already finished"
        case .expired: "expired"
        case .attemptIsOver: "attempt is over"
        case .boundElsewhere: "bound elsewhere"
        case .notAllowed: "not allowed"
        case .malformed: "malformed"
        case .malformedResult: "malformed result"
        case .overQuota: "over quota"
        case .other: "for a reason that this version does not know"
        }
    }
}

/// A job's state as the server told it.
public enum RemoteState: String, Sendable {
    case queued, processing, completed, failed, cancelled
}

/// How a job ended for this client.
public enum JobEnd: Sendable, Equatable {
    /// The worker completed it, failed it, or let go of it, and the server acknowledged that.
    case completed, failed, released
    /// Someone cancelled it; final for readers from that moment.
    case cancelled
    /// Its time was over.
    case expired
    /// The server refused its binding or a report about it.
    case refused(RefusalReason)
    /// The client was closed while the job was open, or ended for ``WorkerError/displaced`` or
    /// ``WorkerError/rejected(_:)``. The job itself goes on at the server, without a worker.
    case closed
}
