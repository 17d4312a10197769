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
    /// Entries before this one are applied; those from `head` on wait until they are confirmed.
    private var appliedEnd = 0
    /// The sequence number of the oldest frame that is not confirmed.
    private var firstSequence: UInt64

    /// Nothing in flight; the next frame takes `sequence`.
    init(from sequence: UInt64 = 1) {
        firstSequence = sequence
    }

    /// Frames that are not applied yet.
    var count: Int { meanings.count - appliedEnd }
    /// Frames that are not confirmed yet, applied or not.
    var unconfirmedCount: Int { meanings.count - head }
    var isEmpty: Bool { unconfirmedCount == 0 }
    /// Nothing but a goodbye, whose acknowledgement nobody needs.
    var isOnlyGoodbye: Bool { isEmpty || (unconfirmedCount == 1 && meanings.last == .goodbye) }
    /// The sequence number that the next frame takes.
    var nextSequence: UInt64 { firstSequence + UInt64(unconfirmedCount) }
    /// Every frame before this number is applied.
    var appliedBound: UInt64 { firstSequence + UInt64(appliedEnd - head) }

    /// Notes a frame and returns the sequence number that it takes.
    mutating func append(_ meaning: Meaning) -> UInt64 {
        defer { meanings.append(meaning) }
        return nextSequence
    }

    /// The oldest frame that was not known to be applied, when `watermark` covers it.
    mutating func applyFirst(upTo watermark: UInt64) -> Meaning? {
        guard appliedEnd < meanings.count, appliedBound <= watermark else { return nil }
        defer { appliedEnd += 1 }
        return meanings[appliedEnd]
    }

    /// The oldest applied frame that was not confirmed, when `watermark` covers it; removes it.
    mutating func confirmFirst(upTo watermark: UInt64) -> Meaning? {
        guard head < appliedEnd, firstSequence <= watermark else { return nil }
        let meaning = meanings[head]
        head += 1
        firstSequence += 1
        // Shift when half is dead, so that the cost is constant a frame.
        if head * 2 >= meanings.count, head >= 64 || head == meanings.count {
            meanings.removeFirst(head)
            appliedEnd -= head
            head = 0
        }
        return meaning
    }

    /// What frame `sequence` was about, marking it as refused; nil when no such frame waits to be applied.
    mutating func refuse(_ sequence: UInt64) -> Meaning? {
        guard sequence >= appliedBound, sequence < nextSequence else { return nil }
        let index = head + Int(sequence - firstSequence)
        defer { meanings[index] = .refused(meanings[index].handle) }
        return meanings[index]
    }

    /// The tickets of flushes in flight.
    var flushes: [Ticket] {
        meanings[head...].compactMap { if case .flush(let ticket) = $0 { ticket } else { nil } }
    }

    /// Forgets everything but the numbers that were used.
    mutating func removeAll() {
        self = FramesInFlight(from: nextSequence)
    }
}
