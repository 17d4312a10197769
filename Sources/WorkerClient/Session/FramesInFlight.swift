/// Frames that were sent on the present stream and not acknowledged yet, oldest first.
struct FramesInFlight {
    /// What a frame was about, as far as its acknowledgement or refusal matters.
    enum Meaning: Equatable {
        case bind(JobHandle)
        case report(JobHandle)
        case retry(JobHandle)
        case ending(JobHandle)
        case unbind(JobHandle)
        case reply(JobHandle)
        case flush(Ticket)
        case goodbye
        /// Refused already; the acknowledgement that covers it says only that no more is in flight about the job.
        case refused(JobHandle?)

        var handle: JobHandle? {
            switch self {
            case .bind(let handle), .report(let handle), .retry(let handle), .ending(let handle), .unbind(let handle),
                .reply(let handle):
                handle
            case .refused(let handle): handle
            case .flush, .goodbye: nil
            }
        }
    }

    private var meanings: [Meaning] = []
    /// Entries of `meanings` before this one are done with.
    private var head = 0
    /// The sequence number of the oldest frame in flight.
    private(set) var firstSequence: UInt64 = 1

    var count: Int { meanings.count - head }
    var isEmpty: Bool { count == 0 }
    /// Nothing but a goodbye, whose acknowledgement nobody needs.
    var isOnlyGoodbye: Bool { isEmpty || (count == 1 && meanings.last == .goodbye) }
    /// The sequence number that the next frame takes.
    var nextSequence: UInt64 { firstSequence + UInt64(count) }

    /// Notes a frame and returns the sequence number that it takes.
    mutating func append(_ meaning: Meaning) -> UInt64 {
        defer { meanings.append(meaning) }
        return nextSequence
    }

    /// The oldest frame, when `watermark` covers it; removes it.
    mutating func popFirst(upTo watermark: UInt64) -> (sequence: UInt64, Meaning)? {
        guard !isEmpty, firstSequence <= watermark else { return nil }
        defer {
            head += 1
            firstSequence += 1
            // Shift when half is dead, so that the cost is constant a frame.
            if head * 2 >= meanings.count, head >= 64 || head == meanings.count {
                meanings.removeFirst(head)
                head = 0
            }
        }
        return (firstSequence, meanings[head])
    }

    /// What frame `sequence` was about, marking it as refused; nil when no such frame is in flight.
    mutating func refuse(_ sequence: UInt64) -> Meaning? {
        guard sequence >= firstSequence, sequence < nextSequence else { return nil }
        let index = head + Int(sequence - firstSequence)
        defer { meanings[index] = .refused(meanings[index].handle) }
        return meanings[index]
    }

    /// The tickets of flushes in flight.
    var flushes: [Ticket] {
        meanings[head...].compactMap { if case .flush(let ticket) = $0 { ticket } else { nil } }
    }

    /// Forgets everything: the next stream starts at sequence 1.
    mutating func removeAll() {
        self = FramesInFlight()
    }
}
