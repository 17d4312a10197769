/// What the session keeps of one open job: bounded, whatever the worker reports while the server is away.
struct JobEntry {
    /// How far the job's binding is on the present stream.
    enum Binding: Equatable {
        /// To be sent. → sent
        case unsent
        /// On its way. → accepted, or the job ends
        case sent
        /// Acknowledged. → unsent, when the stream is lost
        case accepted
    }

    /// A change that someone waits for.
    struct Pending<Value: Sendable> {
        var value: Value
        var isSent = false
        /// It was sent on a stream that was lost before the answer came: the server may have applied it.
        var mayHaveLanded = false
        var tickets: [Ticket]
    }

    /// What ends the job for this client.
    enum Ending: Equatable {
        case complete
        case fail(Failure)
        case release

        var end: JobEnd {
            switch self {
            case .complete: .completed
            case .fail: .failed
            case .release: .released
            }
        }

        /// The state that the server shows once this has been applied.
        var state: RemoteState? {
            switch self {
            case .complete: .completed
            case .fail: .failed
            case .release: nil
            }
        }
    }

    let id: String
    /// `attempt` moves on with a retry.
    var options: JobOptions
    var report = Report()
    /// What of ``report`` the server has not been sent on this stream.
    var unsent: Report.Fields = []
    var binding = Binding.unsent
    /// Who waits for the binding's acknowledgement on the present stream.
    var bindingTickets: [Ticket] = []
    var retry: Pending<UInt32>?
    var ending: Pending<Ending>?
    var reply: Pending<WorkerReply>?
    var cancellation: Cancellation?
    /// The job has a place in the session's queue.
    var isQueued = false
    /// How it ended; then it only waits until ``lastSequence`` is acknowledged and the handle is free.
    var end: JobEnd?
    /// The server still knows the handle and is to be told that it is free.
    var needsUnbind = false
    /// The sequence number of the last frame about it on the present stream.
    var lastSequence: UInt64 = 0

    init(id: String, options: JobOptions) {
        self.id = id
        self.options = options
    }

    /// True while the worker's reports and changes mean anything.
    var takesReports: Bool { end == nil && ending == nil && cancellation == nil }

    /// Marks everything as unsent that a server must be told which knows nothing of what came before.
    mutating func prepareForNewStream() {
        binding = .unsent
        lastSequence = 0
        needsUnbind = false
        unsent = report.known
        reply?.isSent = false
        if let pending = retry {
            // The binding names the attempt, and so begins it; asking for it twice could be refused.
            bindingTickets += pending.tickets
            retry = nil
        }
        if ending?.isSent == true {
            ending!.isSent = false
            ending!.mayHaveLanded = true
        }
    }

    /// Everyone who waits for something about this job; forgets them.
    mutating func takeTickets() -> [Ticket] {
        defer {
            bindingTickets = []
            retry?.tickets = []
            ending?.tickets = []
        }
        return bindingTickets + (retry?.tickets ?? []) + (ending?.tickets ?? [])
    }
}
