internal import Bytes

/// A copy of a job as it was at one moment, into memory that is used again and again.
///
/// Whoever reads jobs keeps one: an event loop, a page of a list. It belongs to one thread at a time. Its content is
/// that of the last successful read; before that it is meaningless.
@safe
public final class JobSnapshot {
    /// The bits of the record; its detail pointer is cleared.
    internal var record = JobRecord()
    /// The short fields of the detail, meaningless unless ``hasDetail``.
    internal var numbers = Numbers()
    internal var hasDetail = false
    /// The texts one after the other.
    internal var texts = OutputBuffer(capacity: 256)
    /// Where each text lies in ``texts``: live ones by their number, then the origin block.
    internal var ends = InlineArray<7, UInt32>(repeating: 0)
    internal var place = JobReference(stripe: 0, slot: .none, generation: 0, binding: 0)
    internal var readAt = Instant(wall: 0, monotonic: 0)

    /// What is short of ``JobDetail``.
    internal struct Numbers {
        internal var units = Units(done: 0, total: 0)
        internal var stepIndex: UInt32 = 0
        internal var stepTotal: UInt32 = 0
        internal var result = ResultID.none
        internal var resultAt = WallTime.none
        internal var resultTTL: UInt32 = 0
    }

    public init() {}
}

/// The texts that a job can have.
public enum TextField: Int, Sendable, CaseIterable {
    case unit
    case stepName
    case note
    case failureCode
    case failureText
    case cancelReason
    case type
    case parentID
    /// The submitter's JSON.
    case metadata
}
