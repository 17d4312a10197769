internal import Bytes

/// A copy of a job as it was at one moment, into memory that is used again and again.
///
/// Whoever reads jobs keeps one: an event loop, a page of a list. It belongs to one thread at a time. Its content is
/// that of the last successful read; before that, and after one that found nothing, it is meaningless.
@safe
public final class JobSnapshot {
    /// Behind a pointer that never changes, so that reading a field is a load, without the checks that a stored
    /// property of a class that can change brings. Owned by this object.
    internal let copy: UnsafeMutablePointer<JobCopy>

    public init() {
        unsafe copy = .allocate(capacity: 1)
        unsafe copy.initialize(to: JobCopy())
    }

    deinit {
        unsafe copy.deinitialize(count: 1)
        unsafe copy.deallocate()
    }

    internal var record: JobRecord {
        @inline(__always) _read { yield unsafe copy.pointee.record }
    }

    internal var detail: JobDetail {
        @inline(__always) _read { yield unsafe copy.pointee.detail }
    }

    internal var hasDetail: Bool {
        @inline(__always) get { unsafe copy.pointee.record.detail != .none }
    }

    internal var readAt: Instant {
        @inline(__always) get { unsafe copy.pointee.readAt }
    }
}

/// What a snapshot holds.
internal struct JobCopy: ~Copyable {
    /// The bits of the record; its detail says no more than whether there is one.
    internal var record = JobRecord()
    /// Meaningless unless the record has one.
    internal var detail = JobDetail()
    /// The texts one after the other.
    internal var texts = OutputBuffer(capacity: 256)
    /// Where each text ends in ``texts``: live ones by their number, then what the job was submitted with.
    internal var ends = InlineArray<7, UInt32>(repeating: 0)
    internal var place = JobReference(stripe: 0, slot: .none, generation: 0, binding: 0)
    internal var readAt = Instant(wall: 0, monotonic: 0)
    /// The stripe's sequence when the copy was begun, for who goes on with it.
    internal var moment: UInt64 = 0
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
