/// What few jobs have, or what is long: apart from the record, in the C heap, and given back with it.
internal struct JobDetail {
    internal var units = Units(done: 0, total: 0)
    internal var stepIndex: UInt32 = 0
    internal var stepTotal: UInt32 = 0
    /// Staged while the job is live, its result once it has completed.
    internal var result = ResultID.none
    /// When the result became readable.
    internal var resultAt = WallTime.none
    /// Seconds from ``resultAt`` that it is kept; 0 for the default.
    internal var resultTTL: UInt32 = 0
    /// Seconds without a sign of life after which the job counts as stalled; 0 for never.
    internal var stall: UInt32 = 0
    /// What the job was submitted with.
    internal var origin = Origin()
    internal var unit = TextBlock()
    internal var stepName = TextBlock()
    internal var note = TextBlock()
    internal var failureCode = TextBlock()
    internal var failureText = TextBlock()
    internal var cancelReason = TextBlock()

    /// Gives all texts back.
    internal mutating func freeTexts() {
        origin.free()
        unit.free()
        stepName.free()
        note.free()
        failureCode.free()
        failureText.free()
        cancelReason.free()
    }
}

/// The detail of a record, or nothing. Belongs to the stripe of the record that holds it; a copy of the record must
/// not use it once the stripe's lock is released.
@safe
internal struct DetailPointer {
    private var pointer: UnsafeMutablePointer<JobDetail>?

    internal init() {
        unsafe pointer = nil
    }

    @inline(__always)
    internal var exists: Bool { unsafe pointer != nil }

    /// The detail itself; there must be one, except that reading where there is none gives an empty one.
    internal var value: JobDetail {
        _read {
            if let pointer = unsafe pointer {
                yield unsafe pointer.pointee
            } else {
                yield JobDetail()
            }
        }
        nonmutating _modify {
            guard let pointer = unsafe pointer else { preconditionFailure("a record without detail") }
            yield unsafe &pointer.pointee
        }
    }

    /// Makes an empty detail where there is none.
    internal mutating func make() {
        if unsafe pointer != nil { return }
        let fresh = UnsafeMutablePointer<JobDetail>.allocate(capacity: 1)
        unsafe fresh.initialize(to: JobDetail())
        unsafe pointer = unsafe fresh
    }

    /// Gives the detail and its texts back.
    internal mutating func free() {
        guard let old = unsafe pointer else { return }
        unsafe old.pointee.freeTexts()
        unsafe old.deallocate()
        unsafe pointer = nil
    }
}
