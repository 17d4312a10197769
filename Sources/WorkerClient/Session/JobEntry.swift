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
        /// The number of the frame that carried it last.
        var sequence: UInt64 = 0
        /// It was sent on a stream that was lost before the answer came: the server may have applied it.
        var mayHaveLanded = false
        /// The server has taken it, for all that is known: it is sent again only if the job can still be bound.
        var awaitsBinding = false
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
    /// The number of the last frame about it.
    var lastSequence: UInt64 = 0
    /// The number of the last frame that carried reports.
    var reportSequence: UInt64 = 0
    /// Ticks since something was last sent about it that counts as a sign of life.
    var silentTicks = 0
    /// It has a place among those whose reports wait because the server asked for it.
    var isHeld = false

    init(id: String, options: JobOptions) {
        self.id = id
        self.options = options
    }

    /// True while the worker's reports and changes mean anything.
    var takesReports: Bool { end == nil && ending == nil && cancellation == nil }

    /// What is left to do about the job on a new stream.
    enum Prospect: Equatable {
        /// It is bound again and goes on.
        case goesOn
        /// What was to end it here has been applied.
        case over(JobEnd)
    }

    /// Marks as unsent what a server has to be told that applied everything up to `watermark`, and nothing else.
    mutating func prepareForNewStream(appliedUpTo watermark: UInt64) -> Prospect {
        let wasAccepted = binding == .accepted
        binding = .unsent
        needsUnbind = false
        if reportSequence > watermark || reportSequence == 0 { unsent.formUnion(report.known) }
        if let pending = retry {
            // The binding names the attempt, and so begins it; asking for it twice could be refused.
            bindingTickets += pending.tickets
            retry = nil
        }
        if let pending = reply, pending.isSent {
            if pending.sequence > watermark {
                reply!.isSent = false
            } else if pending.value == .received {
                reply = nil
            } else {
                return .over(.cancelled)
            }
        }
        if let pending = ending, pending.isSent {
            let isCovered = pending.sequence <= watermark
            if isCovered, wasAccepted, pending.value == .release { return .over(.released) }
            ending!.isSent = false
            ending!.mayHaveLanded = true
            // A refusal may have been lost with the stream: the answer to the binding tells the truth.
            ending!.awaitsBinding = isCovered && pending.value != .release
        }
        return .goesOn
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
